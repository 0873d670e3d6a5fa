//! Work of the composer that leaves the window's thread: reading takes, handing over, keeping.

use std::{path::PathBuf, sync::Arc};

use super::draft::{self, Facts};
use crate::{
    codec::{self, Hint, Limits, Pcm},
    engine::{Engine, Error, OutboxRow, Outgoing},
    message::{Mail, PartRole, inspect},
    model::{MessageKey, OutboxId, Sensitivity},
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
            return Err(Error::Invalid(fl!("composer-nothing-recorded")));
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

/// What is kept in a folder.
pub async fn draft(dir: PathBuf) -> Option<draft::Draft> {
    blocking(move || Ok(draft::read(&dir))).await.ok().flatten()
}

/// Takes a message out of the outbox and makes a draft of it again: its recipients as the outbox
/// has them, the rest as the frozen message says.
pub async fn from_outbox(
    engine: Engine,
    row: OutboxRow,
    recordings: PathBuf,
) -> Result<PathBuf, Error> {
    let raw = engine.outbox_raw(row.id).await?;
    let id = row.id;
    let dir = blocking(move || {
        let mail = Mail::read(&raw, &inspect::ReadOptions::default());
        if !keeps_everything(&mail, &row) {
            return Err(Error::Invalid(fl!("outbox-not-editable")));
        }
        let dir = draft::new_dir(&recordings);
        let (cc, to) = row
            .to
            .into_iter()
            .partition(|a| mail.cc.iter().any(|cc| cc.addr.same_mailbox(&a.addr)));
        let mut facts = Facts {
            account: Some(row.account),
            reply_to: row.answers.filter(|_| !row.forward),
            forward: row.answers.filter(|_| row.forward),
            to,
            cc,
            subject: mail.subject.clone().unwrap_or_default(),
            importance: mail.importance.unwrap_or_default(),
            private: mail.sensitivity.as_ref().is_some_and(Sensitivity::blocks_forwarding),
            ask_receipt: mail.receipt.is_some(),
            ..Facts::default()
        };
        let store = |e: std::io::Error| Error::Store(e.to_string());
        let take_out = |path: &str, name: &str| -> Result<String, Error> {
            let pcm = sound(&mail, &raw, path)?;
            draft::write_wav(&dir.join(name), &Arc::new(pcm)).map_err(store)?;
            Ok(name.to_owned())
        };
        match inspect::primary_audio(&mail).first() {
            Some(part) => {
                facts.take = Some(take_out(&part.path, "take-1.wav")?);
                let spoken = mail.parts.iter().find(|p| p.role == PartRole::SpokenSubject);
                if let Some(part) = spoken {
                    facts.spoken_subject = Some(take_out(&part.path, "subject-1.wav")?);
                }
                let note = mail.text.as_deref().unwrap_or_default().trim();
                // The sentence that stands in for sound was not written by the user.
                if !mail.has_cover_only() {
                    facts.note = note.to_owned();
                }
            }
            None => {
                facts.text = true;
                facts.note = mail.text.clone().unwrap_or_default();
            }
        }
        draft::write(&dir, &facts).map_err(store)?;
        Ok(dir)
    })
    .await?;
    // The draft is safe on disk before the outbox lets go of the message.
    match engine.cancel_send(id).await {
        Ok(()) => Ok(dir),
        Err(error) => {
            let _ = remove(dir).await;
            Err(error)
        }
    }
}

/// Whether a composer holds all that the message holds: one made elsewhere may carry more, which
/// editing would lose.
fn keeps_everything(mail: &Mail, row: &OutboxRow) -> bool {
    let voices = mail.parts.iter().filter(|p| p.role == PartRole::VoiceMessage).count();
    let originals = mail.parts.iter().filter(|p| p.role == PartRole::Original).count();
    let more = |role: PartRole| {
        matches!(role, PartRole::Attachment | PartRole::Fax | PartRole::Notification)
    };
    // The original of a forward is added again when it is sent.
    let forwarded = usize::from(row.forward && row.answers.is_some());
    voices <= 1 && originals <= forwarded && !mail.parts.iter().any(|p| more(p.role))
}

/// A part as sound.
fn sound(mail: &Mail, raw: &[u8], path: &str) -> Result<Pcm, Error> {
    let body = inspect::body(raw, path).ok_or_else(|| Error::NotFound("a recording".into()))?;
    let part = mail.part(path);
    let hint = Hint {
        media_type: part.map_or("", |p| p.media_type.as_str()),
        filename: part.and_then(|p| p.filename.as_deref()),
    };
    codec::decode(&body.octets, hint, Limits::default()).map_err(|e| Error::Invalid(e.to_string()))
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
