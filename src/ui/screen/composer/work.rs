//! Work of the composer that leaves the window's thread: reading takes, handing over, keeping.

use std::{path::PathBuf, sync::Arc};

use super::draft::{self, Facts};
use crate::{
    codec::Pcm,
    engine::{Engine, Error, Outgoing},
    model::{MessageKey, OutboxId},
};

/// Sound with the file that it came from.
pub type Kept = Vec<(PathBuf, Arc<Pcm>)>;

/// What is to be sent, with its sound still in files.
#[derive(Debug, Clone)]
pub struct Job {
    /// Everything else.
    pub outgoing: Outgoing,
    /// The recording.
    pub take: Option<PathBuf>,
    /// The spoken subject.
    pub spoken_subject: Option<PathBuf>,
}

/// Reads the takes and hands the message to the outbox. A recording without sound is never sent.
pub async fn send(engine: Engine, mut job: Job) -> Result<(Vec<OutboxId>, Kept), Error> {
    let mut kept = Kept::new();
    if let Some(file) = job.take {
        let pcm = read(file.clone()).await?;
        if pcm.samples.is_empty() {
            return Err(Error::Invalid(crate::i18n::t("composer-nothing-recorded")));
        }
        job.outgoing.voice = Some(Arc::clone(&pcm));
        kept.push((file, pcm));
    }
    if let Some(file) = job.spoken_subject {
        let pcm = read(file.clone()).await?;
        if !pcm.samples.is_empty() {
            job.outgoing.spoken_subject = Some(Arc::clone(&pcm));
            kept.push((file, pcm));
        }
    }
    let ids = engine.send(job.outgoing).await?;
    Ok((ids, kept))
}

/// The sound of a take.
pub async fn read(file: PathBuf) -> Result<Arc<Pcm>, Error> {
    blocking(move || draft::wav(&file).map(Arc::new).map_err(Error::Store)).await
}

/// Writes what goes with a recording.
pub async fn keep(dir: PathBuf, facts: Facts) -> Result<(), Error> {
    blocking(move || draft::write(&dir, &facts).map_err(|e| Error::Store(e.to_string()))).await
}

/// Writes a message that was taken back as it was before.
pub async fn restore(dir: PathBuf, facts: Facts, kept: Kept) -> Result<(), Error> {
    blocking(move || {
        draft::write(&dir, &facts)
            .and_then(|()| kept.iter().try_for_each(|(file, pcm)| draft::write_wav(file, pcm)))
            .map_err(|e| Error::Store(e.to_string()))
    })
    .await
}

/// Removes a recording for good.
pub async fn remove(dir: PathBuf) -> Result<(), Error> {
    blocking(move || draft::remove(&dir).map_err(|e| Error::Store(e.to_string()))).await
}

/// Writes the recording of an earlier message into a new draft.
pub async fn again(
    engine: Engine,
    key: MessageKey,
    paths: Vec<String>,
    file: PathBuf,
) -> Result<Arc<Pcm>, Error> {
    let first = paths.first().cloned().ok_or_else(|| Error::NotFound("a recording".into()))?;
    let pcm = engine.audio(key, first).await?;
    let copy = Arc::clone(&pcm);
    blocking(move || draft::write_wav(&file, &copy).map_err(|e| Error::Store(e.to_string())))
        .await?;
    Ok(pcm)
}

/// All drafts on this computer.
pub async fn find(recordings: PathBuf, open: Option<PathBuf>) -> Vec<draft::Draft> {
    blocking(move || Ok(draft::find(&recordings, open.as_deref()))).await.unwrap_or_default()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Store(e.to_string()))?
}
