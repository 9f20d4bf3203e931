"""What the environment says: the folder of the data and the address of each service.

Unset means embedded. A value that cannot be right raises ImproperlyConfigured with one line that names the variable.
"""

import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool = False) -> bool:
    """A yes or no; anything but 1/true/yes/on and 0/false/no/off is refused."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    """A list, separated by commas."""
    value = os.environ.get(name, "")
    return [word.strip() for word in value.split(",") if word.strip()] or default


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks or single addresses, separated by commas: 10.1.0.0/16, 192.168.7.5, fd00::/8."""
    try:
        return [ipaddress.ip_network(word, strict=False) for word in words(name, [])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def web_places(name: str) -> list[tuple[str, int, str]]:
    """Places that may be asked over http, as host, port and beginning of the path: `ca.gov.vn`, `ca.gov.vn:8080`, `http://ca.gov.vn/crl/`."""
    found = []
    for word in words(name, []):
        parts = urlsplit(word if "://" in word else f"http://{word}")
        try:
            host, port = (parts.hostname or "").lower().rstrip("."), parts.port or 80
        except ValueError:
            host = ""
        if parts.scheme != "http" or not host or parts.username or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"{name}: {word!r} is no host, host:port or address that begins with http://.")
        found.append((f"[{host}]" if ":" in host else host, port, parts.path or "/"))
    return found


def service_url(name: str, *schemes: str) -> str | None:
    """The address of a service, or None where the embedded part serves."""
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}, not {value!r}.")
    try:
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        port_is_right = False
    if not parts.hostname or not port_is_right:
        raise ImproperlyConfigured(f"{name} needs a host and a right port: {value!r}.")
    return value


def data_folder() -> Path:
    folder = Path(os.environ.get("REPOSITORY_DATA", "").strip() or ROOT / "var").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"REPOSITORY_DATA: the folder {folder} cannot be made: {error.strerror}.") from error
    return folder


def secret(folder: Path, name: str) -> str:
    """A secret of this installation: from the environment, else made on first run and kept readable by its owner only."""
    given = os.environ.get(name, "").strip()
    if given:
        return given
    return written_once(folder / "secrets" / name.lower(), lambda: secrets.token_urlsafe(64).encode()).decode()


def written_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds; where there is none, it is made now, for its owner alone. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two processes may start at once: both write a file of their own, and the one whose link comes first wins.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def hidden(name: str) -> str | None:
    """A password or PIN that somebody else made: from the variable, or from the file that NAME_FILE names, which only its owner may read."""
    given, path = os.environ.get(name), os.environ.get(f"{name}_FILE", "").strip()
    if given or not path:
        return given or None
    try:
        if Path(path).stat().st_mode & 0o077:
            raise ImproperlyConfigured(f"{name}_FILE can be read by others than its owner: chmod 600.")
        return Path(path).read_text().strip() or None
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from error
