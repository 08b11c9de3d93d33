"""The preferences that make Firefox fit for a test: quiet, and with our push service."""

import json
from collections.abc import Mapping

from .browser import Permission
from .firefox_push import FirefoxPush

Preference = bool | int | str

# A port where nobody listens: what Firefox would fetch by itself fails at once.
NOWHERE = "http://127.0.0.1:9/"

QUIET: Mapping[str, Preference] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.predictor.enabled": False,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "remote.settings.server": NOWHERE,
    "services.settings.server": NOWHERE,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": NOWHERE,
}


def user_js(preferences: Mapping[str, Preference]) -> str:
    """The file in a profile from which Firefox takes its preferences at every start."""
    return "".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in preferences.items()
    )


def notification_preferences(permission: Permission) -> dict[str, Preference]:
    """Notifications go to the desktop, and every site starts with this permission."""
    return {
        # Without a desktop in reach Firefox would accept a notification and never show it.
        "alerts.useSystemBackend": True,
        "dom.webnotifications.requireuserinteraction": False,
        "permissions.default.desktop-notification": ("ask", "allow", "block").index(permission),
    }


def push_preferences(push: FirefoxPush | None) -> dict[str, Preference]:
    """Push messages come from this service, or from nowhere."""
    return {
        "dom.push.enabled": True,
        "dom.push.connection.enabled": push is not None,
        "dom.push.alwaysConnect": push is not None,
        "dom.push.serverURL": push.socket_url if push else NOWHERE.replace("http", "ws"),
        "dom.push.testing.allowInsecureServerURL": True,
        # Milliseconds; by default a dropped socket takes 5 s to come back.
        "dom.push.retryBaseInterval": 200,
    }
