//! Where a provider's parts are: known for the large ones, else told by the issuer itself (OpenID
//! Connect Discovery 1.0 section 4, RFC 8414 section 3).

use oauth2::{AuthUrl, DeviceAuthorizationUrl, HttpRequest, TokenUrl, url::Url};

use super::http::Http;
use crate::types::{Error, Fault, Provider, Security, Server, SignInFault};

/// What is asked of an issuer that says what it has; all of it where it does not say.
const SCOPES: [&str; 7] = [
    "openid",
    "offline_access",
    "email",
    "mail",
    "imap",
    "smtp",
    "urn:ietf:params:oauth:scope:mail",
];
/// What every issuer knows that does not say (OpenID Connect Core section 11).
const USUAL: [&str; 3] = ["openid", "offline_access", "email"];

pub(super) struct Endpoints {
    pub(super) authorize: AuthUrl,
    pub(super) token: TokenUrl,
    pub(super) device: Option<DeviceAuthorizationUrl>,
    pub(super) scopes: Vec<String>,
    /// What else the page of the provider wants to be told.
    pub(super) extra: &'static [(&'static str, &'static str)],
}

/// What Aloud is called at a provider if whoever built it said so: client id and, where the provider
/// wants one of programs, a client secret.
#[must_use]
pub fn default_client(provider: &Provider) -> Option<(&'static str, Option<&'static str>)> {
    match provider {
        Provider::Microsoft => Some((option_env!("ALOUD_MICROSOFT_CLIENT_ID")?, None)),
        Provider::Google => {
            let secret = option_env!("ALOUD_GOOGLE_CLIENT_SECRET");
            Some((option_env!("ALOUD_GOOGLE_CLIENT_ID")?, secret))
        }
        Provider::Issuer(_) => None,
    }
}

impl Provider {
    /// By the name that the command line and `providers.toml` have for it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name.trim() {
            name if name.eq_ignore_ascii_case("microsoft") => Self::Microsoft,
            name if name.eq_ignore_ascii_case("google") => Self::Google,
            issuer => Self::Issuer(issuer.trim_end_matches('/').to_owned()),
        }
    }

    /// The provider's mail servers, incoming and outgoing, where they are known.
    #[must_use]
    pub fn servers(&self) -> Option<(Server, Server)> {
        let server = |host: &str, port, security| Server { host: host.to_owned(), port, security };
        match self {
            Self::Microsoft => Some((
                server("outlook.office365.com", 993, Security::Tls),
                server("smtp.office365.com", 587, Security::StartTls),
            )),
            Self::Google => Some((
                server("imap.gmail.com", 993, Security::Tls),
                server("smtp.gmail.com", 465, Security::Tls),
            )),
            Self::Issuer(_) => None,
        }
    }

    /// The provider that has an address of this domain, or a server of this name.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        const MICROSOFT: [&str; 6] = [
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "office365.com",
            "outlook.office.com",
        ];
        const GOOGLE: [&str; 2] = ["gmail.com", "googlemail.com"];
        let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
        let within = |names: &[&str]| {
            names.iter().any(|name| {
                host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
        };
        if within(&MICROSOFT) {
            Some(Self::Microsoft)
        } else if within(&GOOGLE) {
            Some(Self::Google)
        } else {
            None
        }
    }
}

/// Finds them.
///
/// # Errors
/// [`SignInFault::BadIssuer`] for what is no address of an issuer; what [`Http`] says.
pub(super) async fn endpoints(http: &Http, provider: Provider) -> Result<Endpoints, Error> {
    match provider {
        Provider::Microsoft => fixed(
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            Some("https://login.microsoftonline.com/common/oauth2/v2.0/devicecode"),
            &[
                "https://outlook.office.com/IMAP.AccessAsUser.All",
                "https://outlook.office.com/SMTP.Send",
                "offline_access",
            ],
            &[],
        ),
        // Google's codes for devices do not reach mail.
        Provider::Google => fixed(
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            None,
            &["https://mail.google.com/"],
            &[("access_type", "offline"), ("prompt", "consent")],
        ),
        Provider::Issuer(issuer) => discover(http, issuer).await,
    }
}

fn fixed(
    authorize: &str,
    token: &str,
    device: Option<&str>,
    scopes: &[&str],
    extra: &'static [(&'static str, &'static str)],
) -> Result<Endpoints, Error> {
    let device = device.map(|url| web(url).map(DeviceAuthorizationUrl::from_url)).transpose()?;
    Ok(Endpoints {
        authorize: AuthUrl::from_url(web(authorize)?),
        token: TokenUrl::from_url(web(token)?),
        device,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        extra,
    })
}

#[derive(serde::Deserialize)]
struct Told {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    device_authorization_endpoint: Option<String>,
    scopes_supported: Option<Vec<String>>,
}

async fn discover(http: &Http, issuer: String) -> Result<Endpoints, Error> {
    let own = web(&issuer).map_err(|_| Error::SignIn(SignInFault::BadIssuer))?;
    if own.query().is_some() || own.fragment().is_some() || !own.username().is_empty() {
        return Err(Error::SignIn(SignInFault::BadIssuer));
    }
    let path = own.path().trim_end_matches('/').to_owned();
    let mut told = None;
    for place in [
        format!("{path}/.well-known/openid-configuration"),
        format!("/.well-known/oauth-authorization-server{path}"),
    ] {
        let mut url = own.clone();
        url.set_path(&place);
        let mut request = HttpRequest::new(Vec::new());
        *request.uri_mut() =
            url.as_str().parse().map_err(|_| Error::SignIn(SignInFault::BadIssuer))?;
        let answer = http.send(request).await?;
        if answer.status().is_success() {
            told = Some(serde_json::from_slice::<Told>(answer.body()));
            break;
        }
    }
    let told = told.ok_or(Error::SignIn(SignInFault::BadIssuer))?;
    let told = told.map_err(|_| Error::Protocol(Fault::Provider))?;
    // Who says that it is somebody else is not believed (section 4.3).
    if told.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(Error::SignIn(SignInFault::BadIssuer));
    }
    let here = |text: &str| {
        let url = web(text)?;
        // A provider elsewhere sends nobody to programs on this computer.
        if url.scheme() == "http" && own.scheme() != "http" {
            return Err(Error::Protocol(Fault::Provider));
        }
        Ok(url)
    };
    let scopes: Vec<&str> = match &told.scopes_supported {
        Some(has) => {
            SCOPES.into_iter().filter(|scope| has.iter().any(|other| other == scope)).collect()
        }
        None => USUAL.to_vec(),
    };
    let device = told.device_authorization_endpoint.as_deref().map(here).transpose()?;
    Ok(Endpoints {
        authorize: AuthUrl::from_url(here(&told.authorization_endpoint)?),
        token: TokenUrl::from_url(here(&told.token_endpoint)?),
        device: device.map(DeviceAuthorizationUrl::from_url),
        scopes: scopes.into_iter().map(str::to_owned).collect(),
        // OpenID Connect Core section 11: without it no refresh token.
        extra: &[("prompt", "consent")],
    })
}

/// An https address, or an http one of this computer.
///
/// # Errors
/// [`Fault::Provider`].
pub(super) fn web(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|_| Error::Protocol(Fault::Provider))?;
    let fine = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => url.host_str().is_some_and(crate::handle::is_loopback),
        _ => false,
    };
    if fine { Ok(url) } else { Err(Error::Protocol(Fault::Provider)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_known_by_their_domains() {
        for (host, want) in [
            ("gmail.com", Some(Provider::Google)),
            ("imap.GMAIL.com.", Some(Provider::Google)),
            ("outlook.office365.com", Some(Provider::Microsoft)),
            ("hotmail.com", Some(Provider::Microsoft)),
            ("notgmail.com", None),
            ("gmail.com.example.net", None),
            ("", None),
        ] {
            assert_eq!(Provider::of_host(host), want, "{host}");
        }
    }

    #[test]
    fn only_https_and_this_computer() {
        for good in ["https://id.example.com/", "http://127.0.0.1:80/x", "http://[::1]/"] {
            assert!(web(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example.com/",
            "http://localhost/",
            "http://127.0.0.1.example.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "mailto:a@example.com",
            "",
            "id.example.com",
        ] {
            assert!(web(bad).is_err(), "{bad}");
        }
    }
}
