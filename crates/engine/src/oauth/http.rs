//! HTTP to a provider over a [`Wire`] of ours: TLS as everywhere, one request a connection, no
//! redirects, bounded in time and size.

use std::{path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::time::timeout;

use crate::{
    net::{Dialer, Trust, Wire},
    types::{Broken, Error, Fault, Security, Server},
};

/// Most octets of an answer.
const BODY: usize = 64 * 1024;
/// How long a request may take in all.
const WHOLE: Duration = Duration::from_secs(30);

pub(super) struct Http {
    pub(super) dialer: Arc<dyn Dialer>,
    pub(super) ca_pem: Option<PathBuf>,
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl Http {
    /// Sends a request. 429 and 5xx are the network's fault here: they pass.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Certificate`], [`Error::NoEncryption`]; [`Error::Protocol`]
    /// for what is no answer or too long.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let bad = || Error::Protocol(Fault::Provider);
        let (mut parts, body) = request.into_parts();
        let authority = parts.uri.authority().ok_or_else(bad)?.clone();
        let (security, usual) = match parts.uri.scheme_str() {
            Some("https") => (Security::Tls, 443),
            // Within this computer; the wire refuses any other place.
            Some("http") => (Security::None, 80),
            _ => return Err(bad()),
        };
        let host = authority.host().to_owned();
        let server = Server { host, port: authority.port_u16().unwrap_or(usual), security };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = path.parse().map_err(|_| bad())?;
        let authority = HeaderValue::from_str(authority.as_str()).map_err(|_| bad())?;
        parts.headers.insert(HOST, authority);
        parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        let request = hyper::Request::from_parts(parts, Full::new(Bytes::from(body)));
        let peer = format!("{}:{}", server.host, server.port);
        let broken = |reason| Error::Unreachable { host: peer.clone(), reason };
        let exchange = self.exchange(&server, request, BODY);
        let (status, body) =
            timeout(WHOLE, exchange).await.map_err(|_| broken(Broken::Silent))??;
        if status == 429 || status >= 500 {
            return Err(broken(Broken::Http(status)));
        }
        // It is not followed: what was sent is for this address only.
        if (300..400).contains(&status) {
            return Err(bad());
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = status.try_into().map_err(|_| bad())?;
        Ok(response)
    }

    async fn exchange(
        &self,
        server: &Server,
        request: hyper::Request<Full<Bytes>>,
        most: usize,
    ) -> Result<(u16, Vec<u8>), Error> {
        let trust = Trust::for_server(server, self.ca_pem.as_deref(), Vec::new()).await?;
        let wire = Wire::open(self.dialer.as_ref(), server, &trust, Arc::default()).await?;
        let peer = wire.peer().to_owned();
        // What hyper says of an answer may quote it.
        let broken = |error: hyper::Error| {
            if error.is_parse() {
                Error::Protocol(Fault::Provider)
            } else {
                Error::Unreachable { host: peer.clone(), reason: Broken::Closed }
            }
        };
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(wire)).await.map_err(broken)?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), most).collect().await;
            let body = body.map_err(|_| Error::Protocol(Fault::Provider))?;
            Ok((status, body.to_bytes().to_vec()))
        };
        tokio::pin!(answer, connection);
        tokio::select! {
            answer = &mut answer => answer,
            // The connection may end before the answer has been read to its end.
            _ = &mut connection => answer.await,
        }
    }
}

/// Fetches a file over https that holds no secret and needs none; `None` where there is no such file.
///
/// # Errors
/// As [`Http::send`].
pub(crate) async fn get(
    dialer: Arc<dyn Dialer>,
    ca_pem: Option<PathBuf>,
    url: &str,
    most: usize,
    within: Duration,
) -> Result<Option<Vec<u8>>, Error> {
    let bad = || Error::Protocol(Fault::Provider);
    let uri: hyper::Uri = url.parse().map_err(|_| bad())?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("https"));
    let authority = authority.ok_or_else(bad)?.clone();
    let port = authority.port_u16().unwrap_or(443);
    let server = Server { host: authority.host().to_owned(), port, security: Security::Tls };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = hyper::Request::get(path)
        .header(HOST, authority.as_str())
        .header(CONNECTION, "close")
        .body(Full::new(Bytes::new()))
        .map_err(|_| bad())?;
    let http = Http { dialer, ca_pem };
    let peer = format!("{}:{port}", server.host);
    let exchange = http.exchange(&server, request, most);
    let silent = |_| Error::Unreachable { host: peer.clone(), reason: Broken::Silent };
    match timeout(within, exchange).await.map_err(silent)?? {
        (200, body) => Ok(Some(body)),
        (404 | 410, _) => Ok(None),
        // It is not followed: what was asked is for this host only.
        (300..400, _) => Err(bad()),
        (status, _) => Err(Error::Unreachable { host: peer, reason: Broken::Http(status) }),
    }
}
