//! Work of the composer that leaves the window's thread: reading takes, and handing over.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    codec::Pcm,
    engine::{Engine, Error, Invalid, Outgoing, read_take},
    model::OutboxId,
};

/// Sound with the name of the file that it came from.
pub type Kept = Vec<(String, Arc<Pcm>)>;

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
            return Err(Error::Invalid(Invalid::NothingRecorded));
        }
        job.outgoing.voice = Some(Arc::clone(&pcm));
        kept.push((name(&file), pcm));
    }
    if let Some(file) = job.spoken_subject {
        let pcm = read(file.clone()).await?;
        if !pcm.samples.is_empty() {
            job.outgoing.spoken_subject = Some(Arc::clone(&pcm));
            kept.push((name(&file), pcm));
        }
    }
    let ids = engine.send(job.outgoing).await?;
    Ok((ids, kept))
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The sound of a take.
pub async fn read(file: PathBuf) -> Result<Arc<Pcm>, Error> {
    let read = tokio::task::spawn_blocking(move || read_take(&file).map(Arc::new));
    read.await.map_err(|error| Error::Store(error.to_string()))?
}
