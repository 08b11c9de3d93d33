"""A program that signs: its key pairs and the statements it sends, right ones and wrong ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

TOKEN_URL = "http://localhost:8000/oauth/token"
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@cache
def key_pair(kind: str, kid: str) -> RSAKey | ECKey:
    """A pair; making an RSA one takes longer than most tests, so each is made once."""
    if kind == "RS384":
        return RSAKey.generate_key(2048, {"kid": kid})
    return ECKey.generate_key("P-384", {"kid": kid})


@dataclass
class SigningProgram:
    """Software of a clinic with a key of its own.

    client_id   as the clinic's admin was told it
    """

    algorithm: str = "ES384"
    kid: str = "one"
    client_id: str = ""
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> RSAKey | ECKey:
        return key_pair(self.algorithm, self.kid)

    def jwks(self) -> dict[str, Any]:
        """The public half, as it is registered."""
        return {"keys": [{**self.key.as_dict(private=False), "use": "sig"}]}

    def statement(
        self, now: datetime, *, header: Mapping[str, Any] | None = None,
        key: RSAKey | ECKey | OctKey | None = None, leave_out: str = "", **claims: Any,
    ) -> str:  # fmt: skip
        """A signed statement; whatever is named is as a wrong program would say it."""
        said = {
            "iss": self.client_id, "sub": self.client_id, "aud": TOKEN_URL,
            "exp": int((now + timedelta(minutes=4)).timestamp()), "jti": uuid4().hex, **claims,
        }  # fmt: skip
        said.pop(leave_out, None)
        head = {"alg": self.algorithm, "kid": self.kid, **(header or {})}
        return jwt.encode(head, said, key or self.key, algorithms=[head["alg"]])

    def form(self, statement: str, scope: str = "", **fields: str) -> dict[str, str]:
        """The fields of a request for a token."""
        given = {
            "grant_type": "client_credentials", "client_assertion_type": KIND,
            "client_assertion": statement, **fields,
        }  # fmt: skip
        return {**given, "scope": scope} if scope else given

    async def token(self, http: httpx.AsyncClient, now: datetime, scope: str = "") -> Any:
        """A token for a fresh statement."""
        form = self.form(self.statement(now), scope)
        answer = await http.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()
