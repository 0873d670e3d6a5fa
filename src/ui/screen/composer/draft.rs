//! Recordings that are kept on this computer: one folder each under the recordings folder, with the
//! takes as WAV files and `draft.json` saying who they are for. Written while recording, so that a
//! crash loses nothing; offered again at the next start.
//!
//! Reading is forgiving: a folder without a usable recording is ignored, a broken `draft.json`
//! leaves the recording without recipients. Names inside the file are never used as paths.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::{
    codec::{self, Hint, Limits, Pcm},
    engine::Relation,
    model::{AccountId, Address, Importance, MessageKey},
};

/// File that says who a recording is for.
const FACTS: &str = "draft.json";
/// Largest file of that kind that is read.
const FACTS_MAX: u64 = 64 * 1024;
/// Largest recording that is read: two hours of 48 kHz, 16 bit.
const TAKE_MAX: u64 = 700 * 1024 * 1024;
/// Most folders that are looked at.
const DRAFTS_MAX: usize = 200;

/// What goes with a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Account.
    pub account: Option<AccountId>,
    /// What it answers or forwards, by local row.
    pub reply_to: Option<MessageKey>,
    /// What it forwards.
    pub forward: Option<MessageKey>,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Subject.
    pub subject: String,
    /// A text message rather than a voice message.
    pub text: bool,
    /// Note with a voice message, or the text of a text message.
    pub note: String,
    /// Importance.
    pub importance: Importance,
    /// Private.
    pub private: bool,
    /// Ask for a receipt.
    pub ask_receipt: bool,
    /// Name of the take in this folder.
    pub take: Option<String>,
    /// Name of the spoken subject in this folder.
    pub spoken_subject: Option<String>,
}

impl Facts {
    /// What it answers.
    #[must_use]
    pub fn relation(&self) -> Relation {
        match (self.forward, self.reply_to) {
            (Some(key), _) => Relation::Forward(key),
            (None, Some(to)) => Relation::Reply { to, include_original: false },
            (None, None) => Relation::New,
        }
    }
}

/// A recording found on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its folder.
    pub dir: PathBuf,
    /// What goes with it.
    pub facts: Facts,
    /// The recording; `None` for a text message.
    pub take: Option<PathBuf>,
    /// Its length.
    pub length: Duration,
    /// The spoken subject.
    pub spoken: Option<PathBuf>,
    /// Its length.
    pub spoken_length: Duration,
    /// When it was last written, in seconds since 1970.
    pub written: i64,
}

/// A folder name for a new recording.
#[must_use]
pub fn new_dir(recordings: &Path) -> PathBuf {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    recordings.join(format!("draft-{}-{:08x}", since.as_secs(), rand::random::<u32>()))
}

/// Makes the folder, for this user only, and writes what goes with the recording: first beside,
/// then in its place.
///
/// # Errors
/// What the disk says.
pub fn write(dir: &Path, facts: &Facts) -> std::io::Result<()> {
    make_dir(dir)?;
    let text = serde_json::to_vec_pretty(facts)?;
    let beside = dir.join("draft.json.new");
    std::fs::write(&beside, text)?;
    std::fs::rename(beside, dir.join(FACTS))
}

fn make_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Removes a recording for good. Only folders of our own making are touched.
///
/// # Errors
/// What the disk says.
pub fn remove(dir: &Path) -> std::io::Result<()> {
    let ours = dir.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with("draft-"));
    if !ours || !dir.is_dir() {
        return Ok(());
    }
    std::fs::remove_dir_all(dir)
}

/// All recordings that are kept, newest first. Folders in which nothing was recorded are removed,
/// unless they are `open` in a composer now.
#[must_use]
pub fn find(recordings: &Path, open: Option<&Path>) -> Vec<Draft> {
    let Ok(entries) = std::fs::read_dir(recordings) else { return Vec::new() };
    let mut found: Vec<Draft> = Vec::new();
    for dir in entries.flatten().map(|e| e.path()).take(DRAFTS_MAX) {
        let ours =
            dir.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with("draft-"));
        if !ours || Some(dir.as_path()) == open {
            continue;
        }
        match read(&dir) {
            Some(draft) => found.push(draft),
            // Only what is certainly empty goes; a recording that cannot be read stays.
            None if is_empty(&dir) => drop(remove(&dir)),
            None => {}
        }
    }
    found.sort_by_key(|d| std::cmp::Reverse(d.written));
    found
}

/// Whether no take in the folder holds more than a header.
fn is_empty(dir: &Path) -> bool {
    std::fs::read_dir(dir).is_ok_and(|entries| {
        entries.flatten().all(|e| {
            let wav = e.path().extension().is_some_and(|x| x.eq_ignore_ascii_case("wav"));
            !wav || e.metadata().is_ok_and(|m| m.len() <= 128)
        })
    })
}

/// One recording, or one text.
#[must_use]
pub fn read(dir: &Path) -> Option<Draft> {
    let facts = facts(dir).unwrap_or_default();
    // A name with a folder in it is not ours.
    let named = |name: &str| {
        let plain = Path::new(name).file_name() == Some(std::ffi::OsStr::new(name));
        plain.then(|| dir.join(name)).filter(|p| p.is_file())
    };
    let take = facts.take.as_deref().and_then(named).or_else(|| newest_take(dir));
    let length_of = |file: Option<&Path>| {
        file.and_then(|t| wav(t).ok()).map(|p| p.duration()).unwrap_or_default()
    };
    let length = length_of(take.as_deref());
    let spoken = facts.spoken_subject.as_deref().and_then(named);
    let spoken_length = length_of(spoken.as_deref());
    let spoken = spoken.filter(|_| !spoken_length.is_zero());
    let take = take.filter(|_| !length.is_zero());
    let written_text = facts.text && !facts.note.trim().is_empty();
    if take.is_none() && !written_text {
        return None;
    }
    let written = std::fs::metadata(take.clone().unwrap_or_else(|| dir.join(FACTS)))
        .and_then(|m| m.modified())
        .ok()
        .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |d| d.as_secs() as i64);
    Some(Draft { dir: dir.to_owned(), facts, take, length, spoken, spoken_length, written })
}

fn facts(dir: &Path) -> Option<Facts> {
    let file = dir.join(FACTS);
    if std::fs::metadata(&file).ok()?.len() > FACTS_MAX {
        return None;
    }
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

fn newest_take(dir: &Path) -> Option<PathBuf> {
    let mut takes: Vec<PathBuf> = std::fs::read_dir(dir)
        .ok()?
        .flatten()
        .map(|e| e.path())
        .filter(|p| {
            p.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| n.starts_with("take-") && n.ends_with(".wav"))
        })
        .collect();
    takes.sort_by_key(|p| std::fs::metadata(p).and_then(|m| m.modified()).ok());
    takes.pop()
}

/// The sound of a take.
///
/// # Errors
/// Why it cannot be read, in words for logs.
pub fn wav(file: &Path) -> Result<Pcm, String> {
    let size = std::fs::metadata(file).map_err(|e| e.to_string())?.len();
    if size > TAKE_MAX {
        return Err("the recording is too large".into());
    }
    let octets = std::fs::read(file).map_err(|e| e.to_string())?;
    let hint = Hint { media_type: "audio/wav", filename: Some("take.wav") };
    codec::decode(&octets, hint, Limits::default()).map_err(|e| e.to_string())
}

/// Writes a take back, after sending was undone.
///
/// # Errors
/// What the disk says.
pub fn write_wav(file: &Path, pcm: &Arc<Pcm>) -> std::io::Result<()> {
    if let Some(dir) = file.parent() {
        make_dir(dir)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, &codec::wav::write(pcm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screen::testing::person;

    fn pcm() -> Arc<Pcm> {
        Arc::new(Pcm::telephone(vec![100; 8000]))
    }

    #[test]
    fn a_recording_is_found_again_with_its_recipients() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = new_dir(root.path());
        let facts = Facts {
            to: vec![person("Graham Pearce", "6135550142@vm.northgate.example")],
            subject: "Re: Friday".into(),
            reply_to: Some(MessageKey(7)),
            take: Some("take-1.wav".into()),
            ..Facts::default()
        };
        write(&dir, &facts).expect("written");
        write_wav(&dir.join("take-1.wav"), &pcm()).expect("written");
        let found = find(root.path(), None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts, facts);
        assert_eq!(found[0].length, Duration::from_secs(1));
        assert_eq!(
            found[0].facts.relation(),
            Relation::Reply { to: MessageKey(7), include_original: false }
        );
        assert!(find(root.path(), Some(&dir)).is_empty(), "open in a composer");
        remove(&dir).expect("removed");
        assert!(find(root.path(), None).is_empty());
    }

    #[test]
    fn empty_folders_go_and_foreign_ones_stay() {
        let root = tempfile::tempdir().expect("a folder");
        let empty = new_dir(root.path());
        write(&empty, &Facts::default()).expect("written");
        let foreign = root.path().join("letters");
        std::fs::create_dir(&foreign).expect("made");
        assert!(find(root.path(), None).is_empty());
        assert!(!empty.exists());
        remove(&foreign).expect("left alone");
        assert!(foreign.exists());
    }

    #[test]
    fn a_broken_description_loses_only_itself() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = new_dir(root.path());
        write_wav(&dir.join("take-1.wav"), &pcm()).expect("written");
        write_wav(&dir.join("take-2.wav"), &pcm()).expect("written");
        std::fs::write(dir.join(FACTS), b"{\"take\": \"../../etc/passwd\"").expect("written");
        let found = find(root.path(), None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts, Facts::default());
    }
}
