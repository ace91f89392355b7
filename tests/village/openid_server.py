"""A small, strict OpenID Connect server on loopback: what it is not asked rightly, it refuses.

It checks client, redirect address, PKCE (S256), that a code is used once, and the client's secret; and it signs
ID tokens with RS256. ``claims`` and ``spoil`` let a test say who signs in, and what is wrong with the token.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "vilarejo", "a secret of the client"
REDIRECT = "http://testserver/accounts/oidc/organisation/login/callback/"


class OpenIDServer:
    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims = {"sub": "u-1", "email": "iara@pedralva.example", "email_verified": True, "name": "Iara"}
        self.userinfo: dict = {}
        self.spoil: dict = {}
        self.issuer_said = ""
        self.sign_with = self.key
        self.algorithm = "RS256"
        self.codes: dict[str, dict] = {}
        self.faults: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer_get(self)

            def do_POST(self) -> None:
                server.answer_post(self)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer_get(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        if parts.path == "/.well-known/openid-configuration":
            return self._json(handler, self._configuration())
        if parts.path == "/keys":
            return self._json(handler, {"keys": [self._jwk()]})
        if parts.path == "/userinfo" and handler.headers["Authorization"] == "Bearer access":
            return self._json(handler, self.userinfo)
        if parts.path == "/authorize":
            return self._authorize(handler, {k: v[0] for k, v in parse_qs(parts.query).items()})
        return self._json(handler, {"error": "not_found"}, 404)

    def answer_post(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        wanted = {
            "grant_type": form.get("grant_type") == "authorization_code",
            "code": asked is not None,
            "client": (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET),
            "redirect_uri": form.get("redirect_uri") == REDIRECT,
            "pkce": asked is not None and challenge == asked["code_challenge"],
        }
        self.faults += [name for name, holds in wanted.items() if not holds]
        if not all(wanted.values()):
            return self._json(handler, {"error": "invalid_grant"}, 400)
        answer = {"access_token": "access", "token_type": "Bearer", "expires_in": 60}
        return self._json(handler, {**answer, "id_token": self._id_token(asked)})

    def _authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        wanted = {
            "response_type": asked.get("response_type") == "code",
            "client_id": asked.get("client_id") == CLIENT,
            "redirect_uri": asked.get("redirect_uri") == REDIRECT,
            "scope": {"openid", "email"} <= set(asked.get("scope", "").split()),
            "pkce": asked.get("code_challenge_method") == "S256" and bool(asked.get("code_challenge")),
            "nonce": len(asked.get("nonce", "")) >= 32,
            "state": bool(asked.get("state")),
        }
        self.faults += [name for name, holds in wanted.items() if not holds]
        if not all(wanted.values()):
            self._json(handler, {"error": "invalid_request"}, 400)
            return
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        handler.send_response(302)
        handler.send_header("Location", f"{REDIRECT}?{urlencode({'code': code, 'state': asked['state']})}")
        handler.end_headers()

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
            **self.spoil,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = None if self.algorithm == "none" else self.sign_with
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "first"})

    def _configuration(self) -> dict[str, object]:
        return {
            "issuer": self.issuer_said or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _jwk(self) -> dict[str, str]:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {**jwk, "kid": "first", "use": "sig", "alg": "RS256"}

    def _json(self, handler: BaseHTTPRequestHandler, content: dict, status: int = 200) -> None:
        body = json.dumps(content).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
