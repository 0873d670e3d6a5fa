//! The sound of a leaf while its message is still being fetched (decision D1).
//!
//! [`Hearing`] reads what the account task has stored, takes the leaf out of it
//! ([`aloud_message::incremental`]) and decodes it ([`codec::Stream`]); each octet once. In the end it
//! gives the whole, read as [`Engine::audio`] reads it, so what came in pieces is checked against
//! it. Tests: `tests/engine/streaming.rs`.

use std::sync::Arc;

use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::broadcast;

use super::{Engine, Result};
use crate::{
    store::blocking,
    types::{Error, Event},
};
use aloud_codec::{self as codec, Hint, Limits, Pcm, Stream, stream};
use aloud_message::incremental::{self, LeafReader};
use aloud_model::MessageKey;

/// Octets of a message that are decoded in one go.
const READ: u64 = 256 * 1024;

/// What is heard of a leaf, in this order: pieces, then one of the others.
#[derive(Debug, Clone)]
pub enum Heard {
    /// What follows, at the rate of what came before.
    Piece(Arc<Pcm>),
    /// All of it. `as_told`: it begins with the pieces that came.
    Whole {
        /// The sound.
        pcm: Arc<Pcm>,
        /// Whether the pieces were right.
        as_told: bool,
    },
    /// The rest cannot be fetched now.
    Broken(Error),
    /// It is here, and nothing can be made of it.
    Failed(Error),
}

/// A leaf that is heard while it comes. Dropping it gives the fetching up, unless somebody else
/// waits for it.
pub struct Hearing {
    engine: Engine,
    key: MessageKey,
    path: String,
    events: broadcast::Receiver<Event>,
    fetch: Option<BoxFuture<'static, Result<()>>>,
    fetched: Option<Result<()>>,
    decoder: Option<Box<Decoder>>,
    /// Octets of the message that were read.
    read: u64,
    told: Told,
    /// The leaf is here to its end.
    ended: bool,
    over: bool,
}

/// Samples that came, for the comparison at the end.
#[derive(Default)]
struct Told {
    pieces: Vec<Arc<Pcm>>,
}

/// What may come of a leaf after a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// More pieces.
    More,
    /// Nothing: it is here to its end, whatever else the message holds.
    End,
    /// No more pieces: the rest is read from the whole message.
    Nothing,
}

/// From octets of the message to samples of the leaf.
struct Decoder {
    leaf: LeafReader,
    stream: Option<Stream>,
    swapped: bool,
}

impl Decoder {
    /// The samples that these octets complete, and what may come after them.
    fn push(&mut self, octets: &[u8]) -> (Option<Pcm>, After) {
        let mut content = Vec::new();
        let standing = self.leaf.push(octets, &mut content);
        if self.stream.is_none()
            && let Some((media_type, filename)) = self.leaf.named()
        {
            let hint = Hint { media_type, filename };
            self.stream = Some(Stream::new(hint, Limits::default(), self.swapped));
        }
        let after = match standing {
            incremental::Standing::Searching | incremental::Standing::Inside => After::More,
            incremental::Standing::Closed => After::End,
            incremental::Standing::Never => After::Nothing,
        };
        let Some(stream) = &mut self.stream else { return (None, after) };
        let mut samples = Vec::new();
        match stream.push(&content, &mut samples) {
            Ok(stream::StreamState::Running(rate)) => {
                ((!samples.is_empty()).then_some(Pcm { samples, rate }), after)
            }
            Ok(stream::StreamState::Whole) if after == After::More => (None, After::Nothing),
            Ok(_) => (None, after),
            // What is wrong with it the whole will say.
            Err(_) => (None, After::Nothing),
        }
    }
}

impl Told {
    fn are_the_beginning_of(&self, whole: &Pcm) -> bool {
        let mut rest = whole.samples.as_slice();
        self.pieces.iter().all(|piece| {
            let begins = piece.rate == whole.rate && rest.starts_with(&piece.samples);
            rest = rest.get(piece.samples.len()..).unwrap_or_default();
            begins
        })
    }
}

impl Engine {
    /// Hears a leaf while its message comes; fetches what is missing. Paths as in
    /// [`Engine::part`].
    #[must_use]
    pub fn hear(&self, key: MessageKey, path: String) -> Hearing {
        let engine = self.clone();
        Hearing {
            // First of all, so that no step of the fetching is missed.
            events: self.events(),
            fetch: Some(async move { engine.fetch(key).await }.boxed()),
            fetched: None,
            decoder: Some(Box::new(Decoder {
                leaf: LeafReader::new(&path),
                stream: None,
                swapped: self.is_swapped(key),
            })),
            engine: self.clone(),
            key,
            path,
            read: 0,
            told: Told::default(),
            ended: false,
            over: false,
        }
    }

    /// A leaf decoded to sound as far as it is here to its end, without asking the server; `None`
    /// while it is not.
    ///
    /// # Errors
    /// As [`Engine::audio`].
    pub async fn audio_here(&self, key: MessageKey, path: String) -> Result<Option<Arc<Pcm>>> {
        let opening = self.load(key).await?;
        if opening.have.complete {
            return self.audio(key, path).await.map(Some);
        }
        if !opening.raw.is_held() {
            return Ok(None);
        }
        let swapped = self.is_swapped(key);
        blocking(move || {
            let mut leaf = LeafReader::new(&path);
            let mut content = Vec::new();
            if leaf.push(&opening.raw, &mut content) != incremental::Standing::Closed {
                return Ok(None);
            }
            let Some((media_type, filename)) = leaf.named() else { return Ok(None) };
            let hint = Hint { media_type, filename };
            let usual = swapped.then(|| codec::packing(&content, hint)).flatten();
            let swapped = usual.map(codec::g726::Packing::swapped);
            codec::decode_packed(&content, hint, Limits::default(), swapped)
                .map(|pcm| Some(Arc::new(pcm)))
                .map_err(Error::from)
        })
        .await
    }
}

impl Hearing {
    /// What comes next; `None` after the end.
    pub async fn next(&mut self) -> Option<Heard> {
        while !self.over {
            match self.piece().await {
                Ok(Some(piece)) => return Some(Heard::Piece(piece)),
                Ok(None) => {}
                Err(error) => return Some(self.broken(error)),
            }
            if self.ended {
                return Some(self.whole().await);
            }
            match self.fetched.take() {
                Some(Ok(())) => return Some(self.whole().await),
                Some(Err(error)) => return Some(self.broken(error)),
                None => self.wait().await,
            }
        }
        None
    }

    fn broken(&mut self, error: Error) -> Heard {
        self.over = true;
        Heard::Broken(error)
    }

    /// Decodes what is stored and was not looked at, until something sounds.
    async fn piece(&mut self) -> Result<Option<Arc<Pcm>>> {
        while let Some(mut decoder) = self.decoder.take() {
            let (store, key, read) = (self.engine.inner.store.clone(), self.key, self.read);
            let step = blocking(move || {
                let octets = store.beginning_from(key, read, READ)?;
                let (piece, after) = decoder.push(&octets);
                Ok((decoder, octets.len() as u64, piece, after))
            });
            let (decoder, octets, piece, after) = step.await?;
            self.read += octets;
            self.ended = after == After::End;
            if after == After::More {
                self.decoder = Some(decoder);
            }
            if let Some(piece) = piece.map(Arc::new) {
                self.told.pieces.push(Arc::clone(&piece));
                return Ok(Some(piece));
            }
            if octets == 0 {
                break;
            }
        }
        Ok(None)
    }

    /// Waits until more may be stored, or nothing more will be.
    async fn wait(&mut self) {
        let Some(fetch) = &mut self.fetch else { return };
        loop {
            tokio::select! {
                biased;
                fetched = &mut *fetch => {
                    self.fetch = None;
                    self.fetched = Some(fetched);
                    return;
                }
                event = self.events.recv() => match event {
                    Ok(Event::BodyProgress(key, ..)) if key == self.key => return,
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => {
                        self.fetched = Some(Err(Error::Stopped));
                        return;
                    }
                },
            }
        }
    }

    async fn whole(&mut self) -> Heard {
        self.over = true;
        let here = self.engine.audio_here(self.key, self.path.clone()).await;
        let whole = match here {
            Ok(Some(pcm)) => Ok(pcm),
            Ok(None) => self.engine.audio(self.key, self.path.clone()).await,
            Err(error) => Err(error),
        };
        match whole {
            Ok(pcm) => {
                let (told, whole) = (std::mem::take(&mut self.told), Arc::clone(&pcm));
                let compared = blocking(move || Ok(told.are_the_beginning_of(&whole))).await;
                Heard::Whole { pcm, as_told: compared.unwrap_or(false) }
            }
            Err(error) => Heard::Failed(error),
        }
    }
}
