//! The loopback redirect (RFC 8252 section 7.3): a port on 127.0.0.1 that the browser comes back to.
//! Whoever knows the port may come; only who brings our state back is heard.

use std::time::Duration;

use oauth2::url::Url;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use super::shown;
use crate::types::{Error, SignInFault};

/// Most octets of a request that are read; the rest of it is of no interest.
const REQUEST: usize = 16 * 1024;
/// How long a visitor may take to say what it wants.
const VISIT: Duration = Duration::from_secs(10);
/// Visitors at a time.
const VISITORS: usize = 16;

/// What the browser shows when it comes back; words for people, so they are given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInPage {
    /// Its title.
    pub title: String,
    /// It worked: go back to Aloud.
    pub done: String,
    /// It did not.
    pub failed: String,
}

enum Came {
    Code(String, TcpStream),
    Refused(String),
}

pub(super) struct Redirect {
    listener: TcpListener,
    port: u16,
    page: SignInPage,
    issuer: Option<String>,
    state: String,
    /// The visitor that brought the code, who still waits for a page.
    visitor: Option<TcpStream>,
}

impl Redirect {
    pub(super) async fn bind(page: SignInPage, issuer: Option<String>) -> Result<Self, Error> {
        let failed = |error: std::io::Error| Error::Store(error.to_string());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, port, page, issuer, state: String::new(), visitor: None })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// What the browser has to bring back.
    pub(super) fn expect(&mut self, state: String) {
        self.state = state;
    }

    /// Waits for the code.
    ///
    /// # Errors
    /// [`SignInFault::Refused`] with the provider's code for it.
    pub(super) async fn code(&mut self) -> Result<String, Error> {
        let mut visits: JoinSet<Option<Came>> = JoinSet::new();
        loop {
            tokio::select! {
                came = self.listener.accept(), if visits.len() < VISITORS => {
                    let Ok((stream, _)) = came else {
                        // Out of sockets, for the moment.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    };
                    let (state, issuer) = (self.state.clone(), self.issuer.clone());
                    let page = self.page.clone();
                    visits.spawn(async move {
                        let visit = visit(stream, &state, issuer.as_deref(), &page);
                        timeout(VISIT, visit).await.ok().flatten()
                    });
                }
                Some(visit) = visits.join_next() => match visit {
                    Ok(Some(Came::Code(code, stream))) => {
                        self.visitor = Some(stream);
                        return Ok(code);
                    }
                    Ok(Some(Came::Refused(code))) => {
                        return Err(Error::SignIn(SignInFault::Refused(code)));
                    }
                    Ok(None) | Err(_) => {}
                },
            }
        }
    }

    /// Tells the browser how it ended.
    pub(super) async fn close(&mut self, good: bool) {
        if let Some(stream) = self.visitor.take() {
            let (status, text) = if good {
                ("200 OK", &self.page.done)
            } else {
                ("502 Bad Gateway", &self.page.failed)
            };
            let _ = timeout(VISIT, answer(stream, status, &self.page, text)).await;
        }
    }
}

async fn visit(
    mut stream: TcpStream,
    state: &str,
    issuer: Option<&str>,
    page: &SignInPage,
) -> Option<Came> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut chunk = [0; 1024];
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 || request.len() + read > REQUEST {
            return None;
        }
        request.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
    let line = request.split(|octet| *octet == b'\r').next().unwrap_or_default();
    let line = std::str::from_utf8(line).ok()?;
    let target = line.strip_prefix("GET /")?.strip_suffix(" HTTP/1.1")?;
    let url = Url::parse(&format!("http://127.0.0.1/{target}")).ok()?;
    let one = |name: &str| {
        let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value);
        let first = values.next();
        // Said twice it is nothing (RFC 6749 section 3.1).
        if values.next().is_some() { None } else { first.map(|value| value.into_owned()) }
    };
    let ours = !state.is_empty() && url.path() == "/" && one("state").as_deref() == Some(state);
    // RFC 9207: who answers.
    let meant = match (issuer, one("iss")) {
        (Some(issuer), Some(iss)) => iss.trim_end_matches('/') == issuer.trim_end_matches('/'),
        _ => true,
    };
    if !ours || !meant {
        answer(stream, "400 Bad Request", page, &page.failed).await;
        return None;
    }
    match (one("code"), one("error")) {
        (Some(code), None) => Some(Came::Code(code, stream)),
        (_, error) => {
            answer(stream, "400 Bad Request", page, &page.failed).await;
            Some(Came::Refused(shown(&error.unwrap_or_default())))
        }
    }
}

async fn answer(mut stream: TcpStream, status: &str, page: &SignInPage, text: &str) {
    let (title, text) = (escaped(&page.title), escaped(text));
    let body = format!(
        "<!doctype html><meta charset=utf-8><title>{title}</title>\
         <body style=\"font-family:sans-serif;margin:4em\"><h1>{title}</h1><p>{text}</p>"
    );
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
