//! A provider of access tokens (OAuth 2.0 with discovery, PKCE and device codes) on 127.0.0.1 or at the
//! end of any line, which tells the built-in mail server what it gave or is asked by a real one (RFC
//! 7662), and does what a test wants; and a browser.

use std::sync::{Arc, Mutex, MutexGuard};

use aloud::loopback::Loopback;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the provider does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// Answers without end.
    Endless,
    /// A page instead of JSON.
    Page,
    /// Says nothing.
    Silent,
    /// A status.
    Status(u16),
    /// Says that it is somebody else.
    OtherIssuer,
    /// Names an address that nothing may be sent to.
    Elsewhere,
    /// Leads to another address.
    Redirect,
    /// Gives no refresh token.
    NoRefresh,
    /// The user says no.
    Denied,
}

pub struct Inner {
    pub trouble: Trouble,
    /// Seconds that access tokens live.
    pub life: i64,
    /// A refresh token is good once.
    pub rotates: bool,
    /// `grant_type` of each question, and what is asked besides.
    pub asked: Vec<String>,
    /// Questions of a device before the user is done.
    pub device_waits: u32,
    /// Questions of a mail server what a token is worth.
    pub introspected: usize,
    /// The built-in mail server, which does not ask.
    mail: Option<Loopback>,
    login: String,
    count: u32,
    /// Access tokens that the mail server takes.
    good: Vec<String>,
    refresh: Option<String>,
    challenge: String,
    redirect: String,
}

impl Inner {
    fn tell(&self) {
        let Some(mail) = &self.mail else { return };
        let good = self.good.iter().map(|token| (self.login.as_str(), token.as_str()));
        mail.accept_tokens(&good.collect::<Vec<_>>());
    }
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    inner: Arc<Mutex<Inner>>,
}

impl Provider {
    pub async fn start(mail: &Loopback, login: &str) -> Self {
        Self::run(Some(mail.clone()), 0, login).await
    }

    /// One on this port, for mail servers that ask it.
    pub async fn asked_at(port: u16, login: &str) -> Self {
        Self::run(None, port, login).await
    }

    async fn run(mail: Option<Loopback>, port: u16, login: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let provider = Self::new(mail, login, issuer);
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let provider = serving.clone();
                tokio::spawn(async move { provider.serve(stream).await });
            }
        });
        provider
    }

    /// One that waits for lines to [`Self::serve`].
    pub fn new(mail: Option<Loopback>, login: &str, issuer: String) -> Self {
        let inner = Inner {
            trouble: Trouble::None,
            life: 3600,
            rotates: false,
            asked: Vec::new(),
            device_waits: 0,
            introspected: 0,
            mail,
            login: login.to_owned(),
            count: 0,
            good: Vec::new(),
            refresh: None,
            challenge: String::new(),
            redirect: String::new(),
        };
        inner.tell();
        Self { issuer, inner: Arc::new(Mutex::new(inner)) }
    }

    pub fn set(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("the provider")
    }

    /// How often this was asked for.
    pub fn count(&self, grant_type: &str) -> usize {
        self.set().asked.iter().filter(|asked| asked.as_str() == grant_type).count()
    }

    /// The mail server takes none of the access tokens any more.
    pub fn revoke_access(&self) {
        let mut inner = self.set();
        inner.good.clear();
        inner.tell();
    }

    /// Nor is the refresh token of use.
    pub fn revoke_all(&self) {
        self.revoke_access();
        self.set().refresh = None;
    }

    /// Answers one request.
    pub async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Some((target, body)) = read(&mut stream).await else { return };
        let trouble = self.set().trouble;
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let answer = match (trouble, path.as_str()) {
            (Trouble::Silent, _) => std::future::pending().await,
            (Trouble::Endless, _) => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"issuer\":\"").await;
                while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                return;
            }
            (Trouble::Page, _) => reply("200 OK", "text/html", "<h1>Welcome to the hotel</h1>"),
            (Trouble::Status(status), _) => reply(&format!("{status} No"), "text/html", "no"),
            (Trouble::Redirect, _) => {
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
                    .to_owned()
            }
            (_, "/.well-known/openid-configuration") => self.about(trouble),
            (_, "/authorize") => self.authorize(&target, trouble),
            (_, "/token") => self.token(&body, trouble),
            (_, "/introspect") => self.introspect(&body),
            (_, "/device") => json(&format!(
                r#"{{"device_code":"d1","user_code":"WDJB-MJHT","verification_uri":"{}/go","expires_in":600,"interval":0}}"#,
                self.issuer
            )),
            _ => reply("404 Not Found", "text/plain", "no"),
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    }

    fn about(&self, trouble: Trouble) -> String {
        let own = &self.issuer;
        let issuer = if trouble == Trouble::OtherIssuer { "https://id.example.com" } else { own };
        let token = if trouble == Trouble::Elsewhere { "http://id.example.com" } else { own };
        json(&format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"{own}/authorize","token_endpoint":"{token}/token","device_authorization_endpoint":"{own}/device","scopes_supported":["openid","offline_access","email","other"]}}"#
        ))
    }

    fn authorize(&self, target: &str, trouble: Trouble) -> String {
        let mut inner = self.set();
        let field = |name: &str| field(target.split_once('?').map_or("", |(_, q)| q), name);
        assert_eq!(field("response_type"), "code");
        assert_eq!(field("code_challenge_method"), "S256");
        assert_eq!(field("client_id"), "aloud-test");
        assert_eq!(field("scope"), "openid offline_access email");
        inner.challenge = field("code_challenge");
        inner.redirect = field("redirect_uri");
        let what = if trouble == Trouble::Denied { "error=access_denied" } else { "code=c1" };
        let place = format!("{}?{what}&state={}", inner.redirect, field("state"));
        format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")
    }

    /// What a token is worth (RFC 7662).
    fn introspect(&self, body: &str) -> String {
        let mut inner = self.set();
        inner.introspected += 1;
        let good = inner.good.contains(&field(body, "token"));
        let login = &inner.login;
        json(&match good {
            true => format!(r#"{{"active":true,"username":"{login}"}}"#),
            false => r#"{"active":false}"#.to_owned(),
        })
    }

    fn token(&self, body: &str, trouble: Trouble) -> String {
        let mut inner = self.set();
        let field = |name: &str| field(body, name);
        let grant_type = field("grant_type");
        inner.asked.push(grant_type.clone());
        let refused = |code: &str| {
            let text = format!(r#"{{"error":"{code}","error_description":"secret words"}}"#);
            reply("400 Bad Request", "application/json", &text)
        };
        let good = match grant_type.as_str() {
            "authorization_code" => {
                let verifier = Sha256::digest(field("code_verifier").as_bytes());
                field("code") == "c1"
                    && field("redirect_uri") == inner.redirect
                    && URL_SAFE_NO_PAD.encode(verifier) == inner.challenge
            }
            "refresh_token" => inner.refresh.as_deref() == Some(field("refresh_token").as_str()),
            "urn:ietf:params:oauth:grant-type:device_code" => {
                if inner.device_waits > 0 {
                    inner.device_waits -= 1;
                    return refused("authorization_pending");
                }
                if trouble == Trouble::Denied {
                    return refused("access_denied");
                }
                field("device_code") == "d1"
            }
            _ => false,
        };
        if !good {
            return refused("invalid_grant");
        }
        inner.count += 1;
        let access = format!("access-{}", inner.count);
        inner.good.push(access.clone());
        inner.tell();
        let new = inner.rotates || grant_type != "refresh_token";
        if new {
            inner.refresh = Some(format!("refresh-{}", inner.count));
        }
        let refresh = match &inner.refresh {
            Some(refresh) if new && trouble != Trouble::NoRefresh => {
                format!(r#","refresh_token":"{refresh}""#)
            }
            _ => String::new(),
        };
        let life = inner.life;
        json(&format!(
            r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":{life}{refresh}}}"#
        ))
    }
}

fn json(text: &str) -> String {
    reply("200 OK", "application/json", text)
}

fn reply(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

/// The target of a request, and its body.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let mut octets = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&octets).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap_or(0));
            if body.len() >= length {
                return Some((head.split(' ').nth(1)?.to_owned(), body.to_owned()));
            }
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 {
            return None;
        }
        octets.extend_from_slice(&chunk[..read]);
    }
}

/// A field of a query or a form; empty when it is not there.
pub fn field(form: &str, name: &str) -> String {
    let value = form.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name);
    let value = value.map_or("", |(_, value)| value).replace('+', " ");
    let mut octets = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let coded = (first == b'%').then(|| more.get(..2)).flatten();
        match coded.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = &more[2..];
            }
            None => {
                octets.push(first);
                rest = more;
            }
        }
    }
    String::from_utf8(octets).expect("text")
}

/// Fetches a page of this computer: where it leads, or what it shows.
pub async fn visit(url: &str) -> Result<String, String> {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).await.expect("somebody there");
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    match answer.split("Location: ").nth(1) {
        Some(rest) if answer.starts_with("HTTP/1.1 302") => {
            Err(rest.lines().next().unwrap_or_default().to_owned())
        }
        _ => Ok(answer),
    }
}

/// Opens an address as a browser does, and shows the page that it ends on.
pub async fn browse(url: &str) -> String {
    let mut url = url.to_owned();
    for _ in 0..5 {
        match visit(&url).await {
            Ok(page) => return page,
            Err(next) => url = next,
        }
    }
    panic!("led astray to {url}")
}
