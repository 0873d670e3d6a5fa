//! Signing in at a provider (OAuth 2.0, RFC 6749) instead of with a password: in the user's own
//! browser with a loopback redirect and PKCE (RFC 8252, RFC 7636), or with a code on another device
//! (RFC 8628). What comes of it is a refresh token, which lives in the keyring only, and access
//! tokens, which live in memory ([`tokens`]).
//!
//! The provider's words are foreign: answers have at most 64 KiB and 30 s ([`http`]), addresses that
//! it tells are https, or on this computer where it is itself ([`provider`]). No token and no code
//! reaches a log. Not here: how tokens are said to mail servers (`sasl`).
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod browser;
mod http;
mod provider;
mod tokens;

use std::{path::PathBuf, sync::Arc, time::Duration};

use oauth2::{
    AuthType, ClientId, ClientSecret, DeviceCodeErrorResponse, DeviceCodeErrorResponseType,
    EndpointNotSet, EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse,
    basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse},
};
use tokio::time::Instant;

pub use self::{browser::SignInPage, provider::default_client};
pub(crate) use http::get;
pub(crate) use tokens::Tokens;

use self::{browser::Redirect, http::Http, provider::Endpoints};
use crate::{
    net::Dialer,
    types::{Error, Fault, OAuth, Provider, SignInFault},
};
use aloud_model::Secret;

/// How long the user may take.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long an access token is taken to live where the provider does not say.
const LIFE: Duration = Duration::from_secs(3600);

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// What a provider gave after signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub(crate) access: Access,
    pub(crate) lasting: Lasting,
}

impl Grant {
    /// The access token, to try an account out before it is added.
    #[must_use]
    pub fn access_token(&self) -> &Secret {
        &self.access.token
    }
}

/// An access token and how long it is of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) token: Secret,
    pub(crate) got: Instant,
    pub(crate) life: Duration,
}

/// What lasts beyond the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lasting {
    pub(crate) refresh: Secret,
    /// Some providers want one of programs, though it cannot be kept secret (RFC 8252 section 8.5).
    pub(crate) client_secret: Option<Secret>,
}

/// What is needed to talk to a provider.
pub(crate) struct Talk {
    http: Http,
    client: Client,
    endpoints: Endpoints,
    client_secret: Option<Secret>,
}

impl Talk {
    /// Learns where the provider's parts are.
    ///
    /// # Errors
    /// What [`Http`] and [`provider`] say.
    pub(crate) async fn new(
        dialer: Arc<dyn Dialer>,
        ca_pem: Option<PathBuf>,
        oauth: OAuth,
        client_secret: Option<Secret>,
    ) -> Result<Self, Error> {
        if oauth.client_id.is_empty() {
            return Err(Error::SignIn(SignInFault::NoClient));
        }
        let http = Http { dialer, ca_pem };
        let endpoints = provider::endpoints(&http, oauth.provider).await?;
        let mut client = BasicClient::new(ClientId::new(oauth.client_id))
            .set_auth_uri(endpoints.authorize.clone())
            .set_token_uri(endpoints.token.clone())
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = &client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        Ok(Self { http, client, endpoints, client_secret })
    }

    fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        self.endpoints.scopes.iter().cloned().map(Scope::new)
    }

    /// A new access token, and the refresh token where it changed.
    ///
    /// # Errors
    /// [`SignInFault::Expired`] when the provider has signed the account out.
    pub(crate) async fn refresh(
        &self,
        lasting: Lasting,
    ) -> Result<(Access, Option<Secret>), Error> {
        let token = oauth2::RefreshToken::new(lasting.refresh.expose().to_owned());
        let got = Instant::now();
        let answer = self.client.exchange_refresh_token(&token).request_async(&self.http).await;
        let answer = answer.map_err(fault)?;
        let fresh = answer.refresh_token().map(|token| Secret::new(token.secret().clone()));
        Ok((access(&answer, got), fresh.filter(|fresh| *fresh != lasting.refresh)))
    }

    /// What a complete answer grants.
    fn granted(&self, answer: &BasicTokenResponse, got: Instant) -> Result<Grant, Error> {
        // Without it the user would have to come back within the hour.
        let refresh = answer.refresh_token().ok_or(Error::SignIn(SignInFault::NoRefresh))?;
        let lasting = Lasting {
            refresh: Secret::new(refresh.secret().clone()),
            client_secret: self.client_secret.clone(),
        };
        Ok(Grant { access: access(answer, got), lasting })
    }
}

fn access(answer: &BasicTokenResponse, got: Instant) -> Access {
    let token = Secret::new(answer.access_token().secret().clone());
    Access { token, got, life: answer.expires_in().unwrap_or(LIFE) }
}

/// A sign-in that waits for the user's browser. Dropping it gives it up.
pub struct BrowserSignIn {
    talk: Talk,
    redirect: Redirect,
    verifier: PkceCodeVerifier,
    url: String,
}

impl BrowserSignIn {
    /// Opens the loopback port.
    ///
    /// # Errors
    /// [`Error::Store`] when there is no port.
    pub(crate) async fn new(
        mut talk: Talk,
        oauth: &OAuth,
        user: &str,
        page: SignInPage,
    ) -> Result<Self, Error> {
        let issuer = match &oauth.provider {
            Provider::Issuer(issuer) => Some(issuer.clone()),
            Provider::Microsoft | Provider::Google => None,
        };
        let mut redirect = Redirect::bind(page, issuer).await?;
        // Microsoft takes any port for "localhost" only; the browser comes to the same place.
        let host = match oauth.provider {
            Provider::Microsoft => "localhost",
            Provider::Google | Provider::Issuer(_) => "127.0.0.1",
        };
        let back = RedirectUrl::new(format!("http://{host}:{}/", redirect.port()))
            .map_err(|_| Error::Protocol(Fault::Provider))?;
        talk.client = talk.client.set_redirect_uri(back);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut asking = talk
            .client
            .authorize_url(oauth2::CsrfToken::new_random)
            .add_scopes(talk.scopes())
            .add_extra_param("login_hint", user.to_owned())
            .set_pkce_challenge(challenge);
        for (name, value) in talk.endpoints.extra {
            asking = asking.add_extra_param(*name, *value);
        }
        let (url, state) = asking.url();
        redirect.expect(state.secret().clone());
        Ok(Self { talk, redirect, verifier, url: url.into() })
    }

    /// What the browser has to open.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the user, at most a quarter of an hour.
    ///
    /// # Errors
    /// [`SignInFault::Refused`] when user or provider said no, [`SignInFault::TooLate`].
    pub async fn finish(self) -> Result<Grant, Error> {
        let Self { talk, mut redirect, verifier, .. } = self;
        let waiting = tokio::time::timeout(PATIENCE, redirect.code());
        let code = waiting.await.map_err(|_| Error::SignIn(SignInFault::TooLate))??;
        let got = Instant::now();
        let asking = talk.client.exchange_code(oauth2::AuthorizationCode::new(code));
        let outcome = asking.set_pkce_verifier(verifier).request_async(&talk.http).await;
        let grant = outcome.map_err(fault).and_then(|answer| talk.granted(&answer, got));
        redirect.close(grant.is_ok()).await;
        grant
    }
}

/// A sign-in with a code on another device. Dropping it gives it up.
pub struct DeviceSignIn {
    talk: Talk,
    details: StandardDeviceAuthorizationResponse,
}

impl DeviceSignIn {
    /// Asks for a code.
    ///
    /// # Errors
    /// [`SignInFault::NoDevice`] where the provider has none.
    pub(crate) async fn new(talk: Talk) -> Result<Self, Error> {
        let device = talk.endpoints.device.clone().ok_or(Error::SignIn(SignInFault::NoDevice))?;
        let client = talk.client.clone().set_device_authorization_url(device);
        let asking = client.exchange_device_code().add_scopes(talk.scopes());
        let details: StandardDeviceAuthorizationResponse =
            asking.request_async(&talk.http).await.map_err(fault)?;
        // It is shown to be opened.
        provider::web(details.verification_uri().as_str())?;
        Ok(Self { talk, details })
    }

    /// Where the user types the code.
    #[must_use]
    pub fn url(&self) -> &str {
        self.details.verification_uri()
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// Asks until the user is done, at most a quarter of an hour, as often as the provider allows.
    ///
    /// # Errors
    /// [`SignInFault::Refused`], [`SignInFault::TooLate`].
    pub async fn finish(self) -> Result<Grant, Error> {
        let Self { talk, details } = self;
        let asking = talk.client.exchange_device_access_token(&details);
        let asked = asking.request_async(&talk.http, tokio::time::sleep, Some(PATIENCE)).await;
        let answer = asked.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => device_fault(&said),
            RequestTokenError::Request(error) => error,
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Error::Protocol(Fault::Provider)
            }
        })?;
        talk.granted(&answer, Instant::now())
    }
}

fn device_fault(said: &DeviceCodeErrorResponse) -> Error {
    use DeviceCodeErrorResponseType as T;
    Error::SignIn(match said.error() {
        T::ExpiredToken => SignInFault::TooLate,
        T::AccessDenied | T::AuthorizationPending | T::SlowDown | T::Basic(_) => {
            SignInFault::Refused(shown(said.error().as_ref()))
        }
    })
}

/// What an error of the provider means; its words are kept as far as they are a code.
fn fault(error: RequestTokenError<Error, BasicErrorResponse>) -> Error {
    use BasicErrorResponseType as T;
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Error::Protocol(Fault::Provider)
        }
        RequestTokenError::ServerResponse(said) => match said.error() {
            T::InvalidGrant => Error::SignIn(SignInFault::Expired),
            // RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
            T::Extension(code) => match code.as_str() {
                "interaction_required" | "login_required" | "consent_required" => {
                    Error::SignIn(SignInFault::Expired)
                }
                "temporarily_unavailable" | "server_error" => Error::Server(shown(code)),
                other => Error::SignIn(SignInFault::Refused(shown(other))),
            },
            other => Error::SignIn(SignInFault::Refused(shown(other.as_ref()))),
        },
    }
}

/// A code of the provider's, printable and short.
fn shown(code: &str) -> String {
    code.chars().filter(char::is_ascii_graphic).take(64).collect()
}
