//! Messages that come back from the outbox: sending is undone, or a row is edited again. The draft
//! is on the disk before the outbox lets go of the message, so a crash in between leaves both, never
//! neither.

use std::sync::Arc;

use aloud_codec::{self as codec, Hint, Limits, Pcm};
use aloud_message::{Mail, PartRole, inspect};
use aloud_model::{OutboxId, Sensitivity};

use super::{DraftContent, DraftId, Drafts, Recipient, sound};
use crate::{
    errors::{Missing, Result},
    handle::Engine,
    store::sent_drafts,
    types::{Error, Event, OutboxRow},
};

/// What became of an undone sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// Rows that were taken back.
    pub back: Vec<OutboxId>,
    /// Rows that had gone out already.
    pub gone: Vec<OutboxId>,
}

impl Engine {
    /// Undoes sending: writes the draft anew, with its recordings by file name, owns it, and takes
    /// the rows back.
    ///
    /// # Errors
    /// What [`Self::cancel_send`] says when all rows went out already: then there is no draft.
    /// [`Error::Store`] when the disk does not take the draft: then the message stays on its way.
    pub async fn unsend(
        &self,
        ids: Vec<OutboxId>,
        draft: DraftId,
        content: DraftContent,
        sounds: NamedSounds,
    ) -> Result<Unsent> {
        let id = draft.clone();
        // The mark of one that was sent must not take the new one away.
        self.inner.store.write(move |t| sent_drafts::clear(t, &id)).await?;
        let id = draft.clone();
        self.on_drafts(move |drafts| drafts.write_new(&id, &content, &sounds)).await?;
        let mut unsent = Unsent { back: Vec::new(), gone: Vec::new() };
        let mut late = None;
        for id in ids {
            match self.cancel_send(id).await {
                Ok(()) => unsent.back.push(id),
                Err(error) => {
                    unsent.gone.push(id);
                    late.get_or_insert(error);
                }
            }
        }
        match late {
            Some(error) if unsent.back.is_empty() => {
                self.draft_handed_over(draft).await;
                Err(error)
            }
            _ => Ok(unsent),
        }
    }

    /// Takes a message out of the outbox and makes a draft of it, which nobody owns yet: recipients
    /// as the outbox has them, the rest as the frozen message says.
    ///
    /// # Errors
    /// [`Error::NotEditable`] when the message holds more than a composer keeps;
    /// [`Error::Refused`] when it is on its way; [`Error::NotFound`], [`Error::Store`].
    pub async fn edit_unsent(&self, row: OutboxRow) -> Result<DraftId> {
        let raw = self.outbox_raw(row.id).await?;
        let (id, draft) = (row.id, DraftId::random());
        let name = draft.clone();
        let write = move |drafts: &Drafts| {
            let (content, sounds) = taken_apart(&raw, row)?;
            drafts.write_new(&name, &content, &sounds)?;
            drafts.let_go_of(&name);
            Ok(())
        };
        self.on_drafts(write).await?;
        match self.cancel_send(id).await {
            Ok(()) => {
                self.tell(Event::DraftsChanged);
                Ok(draft)
            }
            Err(error) => {
                self.draft_handed_over(draft).await;
                Err(error)
            }
        }
    }
}

impl Drafts {
    /// A new draft with all that it holds, on the disk; owned.
    fn write_new(
        &self,
        id: &DraftId,
        content: &DraftContent,
        sounds: &[(String, Arc<Pcm>)],
    ) -> Result<()> {
        self.create(id)?;
        let written = || {
            for (name, pcm) in sounds {
                sound::write_take(&self.dir(id).join(name), pcm)?;
            }
            self.save(id, 1, content)
        };
        if let Err(error) = written() {
            let _ = self.handed_over(id);
            return Err(error);
        }
        // Whoever goes on with it counts its editions from the start.
        if let Some(owned) = self.owned(id) {
            crate::lock::lock(&owned).edition = 0;
        }
        Ok(())
    }
}

/// Recordings with the names of their files in the draft's folder.
type NamedSounds = Vec<(String, Arc<Pcm>)>;

/// What a composer needs of a frozen message.
fn taken_apart(raw: &[u8], row: OutboxRow) -> Result<(DraftContent, NamedSounds)> {
    let mail = Mail::read(raw, &inspect::ReadOptions::default());
    if !keeps_everything(&mail, &row) {
        return Err(Error::NotEditable);
    }
    let in_cc = |a: &aloud_model::Address| mail.cc.iter().any(|cc| cc.addr.same_mailbox(&a.addr));
    let (cc, to): (Vec<_>, Vec<_>) = row.to.into_iter().partition(in_cc);
    let mut content = DraftContent {
        account: Some(row.account),
        reply_to: row.answers.filter(|_| !row.forward),
        forward: row.answers.filter(|_| row.forward),
        to: to.into_iter().map(Recipient::Address).collect(),
        cc: cc.into_iter().map(Recipient::Address).collect(),
        subject: mail.subject.clone().unwrap_or_default(),
        importance: mail.importance.unwrap_or_default(),
        private: mail.sensitivity.as_ref().is_some_and(Sensitivity::blocks_forwarding),
        ask_receipt: mail.receipt.is_some(),
        by_hand: true,
        ..DraftContent::default()
    };
    let mut sounds = Vec::new();
    let text = mail.text.as_deref().unwrap_or_default();
    match inspect::primary_audio(&mail).first() {
        Some(part) => {
            let take = "take-1.wav".to_owned();
            sounds.push((take.clone(), sound_of(&mail, raw, &part.path)?));
            content.take = Some(take);
            if let Some(part) = mail.parts.iter().find(|p| p.role == PartRole::SpokenSubject) {
                let spoken = "subject-1.wav".to_owned();
                sounds.push((spoken.clone(), sound_of(&mail, raw, &part.path)?));
                content.spoken_subject = Some(spoken);
            }
            // The sentence that stands in for sound was not written by the user.
            if !mail.has_cover_only() {
                content.note = text.trim().to_owned();
            }
        }
        None => {
            content.text = true;
            content.note = text.to_owned();
        }
    }
    Ok((content, sounds))
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
fn sound_of(mail: &Mail, raw: &[u8], path: &str) -> Result<Arc<Pcm>> {
    let body =
        inspect::body(raw, path).ok_or_else(|| Error::NotFound(Missing::Part(path.to_owned())))?;
    let part = mail.part(path);
    let hint = Hint {
        media_type: part.map_or("", |p| p.media_type.as_str()),
        filename: part.and_then(|p| p.filename.as_deref()),
    };
    codec::decode(&body.octets, hint, Limits::default())
        .map(Arc::new)
        .map_err(|error| Error::Store(error.to_string()))
}
