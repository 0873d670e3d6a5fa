//! Opening byte streams: TCP, or whatever a test or the demo mailbox puts in its place.

use std::io;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// A byte stream in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// Opens streams.
#[async_trait::async_trait]
pub trait Dialer: Send + Sync {
    /// Connects; the caller sets the deadline.
    ///
    /// # Errors
    /// What the system says.
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>>;

    /// Whether this host is served inside the process, so that no octet leaves it and TLS would
    /// protect nothing.
    fn in_process(&self, host: &str, port: u16) -> bool {
        let _ = (host, port);
        false
    }
}

/// Dials TCP, trying each address that the name has.
#[derive(Debug, Clone, Copy, Default)]
pub struct TcpDialer;

#[async_trait::async_trait]
impl Dialer for TcpDialer {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}
