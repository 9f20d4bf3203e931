"""A person's browser, as far as a drill needs it: signs in by the form, sends bytes and presses buttons, and asks again."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

SECONDS = 60
LONGEST_WAIT = 3.0


class Unanswered(Exception):
    """The server did not answer within the time a drill gives it."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str


class Browser:
    """One signed-in person. Safe to use from several threads; a connection each request, since servers die under it."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self.port = port
        self.username = username
        self.password = password
        self.cookies: dict[str, str] = {}
        self.resent = 0
        self._signing_in = threading.Lock()

    def upload(self, path: str, name: str, data: bytes, *, deadline: float) -> Answer:
        """One file as drop.js sends it: the bytes as body, its name in the address."""
        return self.insist(
            "POST", f"{path}?name={quote(name)}", data, {"Content-Type": "application/octet-stream"}, deadline
        )

    def press(self, path: str, *, deadline: float) -> Answer:
        """A button: a POST without further fields."""
        return self.insist("POST", path, b"", {"Content-Type": "application/x-www-form-urlencoded"}, deadline)

    def insist(self, method: str, path: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Answer:
        """Ask until there is an answer: again after broken connections, 5xx and 429, as drop.js does. Raises Unanswered."""
        tries = 0
        while time.monotonic() < deadline:
            try:
                if "sessionid" not in self.cookies:
                    self._sign_in()
                answer = self._once(method, path, body, {**headers, "X-CSRFToken": self.cookies.get("csrftoken", "")})
            except (OSError, http.client.HTTPException):
                answer = None
            if answer is not None and answer.status in (301, 302, 403) and "/accounts/login" in answer.location:
                self.cookies.pop("sessionid", None)
            elif answer is not None and answer.status < 500 and answer.status != 429:
                return answer
            tries += 1
            self.resent += 1
            time.sleep(min(LONGEST_WAIT, 0.25 * 2 ** min(tries, 6)) * (0.75 + random.random() / 2))
        raise Unanswered(f"{method} {path}")

    def _sign_in(self) -> None:
        with self._signing_in:
            if "sessionid" in self.cookies:
                return
            page = self._once("GET", "/accounts/login/", b"", {})
            token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
            if page.status != 200 or token is None:
                raise http.client.HTTPException(f"no form to sign in: {page.status}")
            form = urlencode(
                {"login": self.username, "password": self.password, "csrfmiddlewaretoken": token.group(1).decode()}
            )
            self._once("POST", "/accounts/login/", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
            if "sessionid" not in self.cookies:
                raise http.client.HTTPException("not signed in")

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in list(self.cookies.items()))
            connection.request(method, path, body or None, {**headers, "Cookie": cookies, "Accept": "*/*"})
            response = connection.getresponse()
            answer = Answer(response.status, response.read(), response.headers.get("Location", ""))
            for line in response.headers.get_all("Set-Cookie") or ():
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return answer
        finally:
            connection.close()
