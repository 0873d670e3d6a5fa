//! Work of the reader that leaves the window's thread.

use crate::{
    engine::{Engine, Error},
    model::MessageKey,
};

/// The first `limit` octets of a message as text, for looking at; of a private one the header.
pub async fn raw(engine: Engine, key: MessageKey, limit: usize) -> Result<String, Error> {
    let octets = engine.source(key).await?;
    let head = octets.get(..limit).unwrap_or(&octets);
    let mut text = String::from_utf8_lossy(head).replace("\r\n", "\n");
    text.retain(|c| !c.is_control() || c == '\n' || c == '\t');
    if head.len() < octets.len() {
        text.push_str("\n[…]\n");
    }
    Ok(text)
}

/// Hands a link to the system's browser. Nothing comes back: the browser tells what is wrong.
pub async fn open_link(url: String) {
    let opened = tokio::task::spawn_blocking(move || open::that_detached(url)).await;
    if !matches!(opened, Ok(Ok(()))) {
        tracing::warn!("no program opens web links");
    }
}

/// Shows a PDF with the program of the system.
pub async fn open_pdf(engine: Engine, key: MessageKey, path: String) -> Result<(), Error> {
    let file = engine.lend_pdf(key, path).await?;
    let opened = tokio::task::spawn_blocking(move || open::that_detached(file)).await;
    if !matches!(opened, Ok(Ok(()))) {
        tracing::warn!("no program opens PDF files");
    }
    Ok(())
}
