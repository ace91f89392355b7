"""Sign-in with the organisation's own account: OpenID Connect Core 1.0, authorisation code flow with PKCE.

django-allauth speaks the protocol; this makes it strict: the ID token's signature, issuer, audience, times and
nonce are checked (section 3.1.3.7), and what a link may add to the request is nothing.
"""

import hashlib
import hmac
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_LEEWAY = 60  # seconds by which the two clocks may differ


def nonce_of(code_verifier: str) -> str:
    """Return the nonce of one sign-in: bound to its PKCE verifier, which never leaves this server beforehand."""
    return hashlib.sha256(b"nonce:" + code_verifier.encode()).hexdigest()


class OrganisationAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Fetches and checks what the organisation's server says."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0, section 4). Raises OAuth2Error on a faulty one."""
        config: dict[str, Any] = super().openid_config
        if missing := [name for name in NEEDED if not isinstance(config.get(name), str)]:
            raise OAuth2Error(f"the discovery document lacks {', '.join(missing)}")
        expected = self.get_provider().server_url.partition("/.well-known/")[0]
        if config["issuer"].rstrip("/") != expected.rstrip("/"):
            raise OAuth2Error("the discovery document names another issuer")
        return config

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """Exchange the code for tokens, and remember which nonce they must carry."""
        if not pkce_code_verifier:
            raise OAuth2Error("this sign-in was not begun here")
        self.nonce = nonce_of(pkce_code_verifier)
        data: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        return data

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> Any:
        """Return the SocialLogin of the ID token's claims. Raises OAuth2Error when anything does not hold."""
        claims = self._verified_claims(app, kwargs["response"].get("id_token"))
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:  # section 5.3.2
                raise OAuth2Error("the user info is about somebody else")
            claims |= {name: told[name] for name in ("email", "email_verified", "name") if name in told}
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _verified_claims(self, app: SocialApp, id_token: Any) -> dict[str, Any]:
        if not isinstance(id_token, str):
            raise OAuth2Error("no ID token came")
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token),
                algorithms=list(ALGORITHMS),
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=_LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"the ID token does not hold: {error}") from error
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self.nonce.encode()):
            raise OAuth2Error("the ID token answers another sign-in: wrong nonce")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the ID token was made for another application")
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        """Return the key that the token names, out of the organisation's published ones."""
        header = jwt.get_unverified_header(id_token)
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        named = [key for key in keys if "kid" not in header or key.key_id == header["kid"]]
        if len(named) != 1:
            raise OAuth2Error("the ID token names no key that is published")
        return named[0]


class OrganisationProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """The organisation's server, as django-allauth wants it described."""

    oauth2_adapter_class = OrganisationAdapter

    def get_pkce_params(self) -> dict[str, str]:
        """Return PKCE's parameters (RFC 7636) and the nonce that belongs to them."""
        params: dict[str, str] = generate_code_challenge()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Return the configured parameters; a link to the sign-in cannot add any."""
        params: dict[str, str] = self.get_auth_params()
        return params

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Return the configured scopes; a link to the sign-in cannot add any."""
        scope: list[str] = self.get_scope()
        return scope

    def redirect(self, request: HttpRequest, process: str, **kwargs: Any) -> HttpResponse:
        """Send the browser to sign in; never to connect a second account to the one that is open."""
        answer: HttpResponse = super().redirect(request, AuthProcess.LOGIN, **kwargs)
        return answer
