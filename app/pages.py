"""The page patients open: built files from one folder, and the shell for every address in it."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.config import Settings
from app.problems import NotFound

# Vite names these by their content, so a copy never goes stale.
FOR_EVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"


class HashedFiles(StaticFiles):
    """Files whose names change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Let browsers keep what they got."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = FOR_EVER
        return response


def install(app: FastAPI, settings: Settings) -> None:
    """Serve the built frontend; without one, the API works and `/` says how to build it."""
    folder = settings.frontend_folder.resolve()
    if (folder / "assets").is_dir():
        app.mount("/assets", HashedFiles(directory=folder / "assets"), name="assets")

    @app.get("/docs", include_in_schema=False)
    async def documentation() -> Response:
        """The API's own documentation, from files of this server only."""
        return _file(folder, "docs/index.html")

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> Response:
        """A built file of that name, or the shell, which finds the screen itself."""
        if path.startswith(("api/", "fhir/", "calendar/")):
            raise NotFound("There is no such address.")
        if path and "\0" not in path and (folder / path).is_file():
            return _file(folder, path)
        if "." in path.rpartition("/")[2]:
            raise NotFound("There is no such file.")
        return _file(folder, "index.html")


def _file(folder: Path, path: str) -> Response:
    """One file of the folder, and of nowhere else. Raises NotFound."""
    file = (folder / path).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise NotFound(
            "The page has not been built.", cure="Run `make run`, or `npm run build` in frontend/."
        )
    headers = {"Cache-Control": ALWAYS_ASK}
    if file.suffix == ".webmanifest":
        return FileResponse(file, headers=headers, media_type="application/manifest+json")
    return FileResponse(file, headers=headers)
