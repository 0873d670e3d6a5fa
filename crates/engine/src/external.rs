//! A program of the user's own choice (an `ffmpeg`) that decodes recordings which Aloud cannot:
//! WMA, G.729, TrueSpeech.
//!
//! It runs only after a press of the user's, never by itself (RFC 3458 section 7). The recording
//! lies in a file that only this user can read and that is removed whatever happens; the program
//! gets no input, no environment, may open no address on the network, and is ended when it takes too
//! long or writes too much. What it says is not shown to other programs. Tests: below.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::{
    store::{blobs::make_private_dir, blocking},
    types::{Error, Invalid, Missing},
};
use aloud_codec::{self as codec, Pcm};

/// Folder below the data folder for recordings while the program reads them.
pub(crate) const FOLDER: &str = "decoding";
/// Longest run.
pub(crate) const TIME: Duration = Duration::from_secs(120);
/// Rate of what the program writes: enough for speech.
const RATE: u32 = 16_000;
/// Most octets of sound that are read from it.
const SOUND_MAX: usize = 2 * codec::MOST_SAMPLES;
/// Most octets of what it complains.
const WORDS_MAX: usize = 2_000;
/// Containers that it may look for. Lists of other files (HLS, concat) are none of them.
const CONTAINERS: &str = "asf,wav,w64,aiff,au,caf,ogg,mp3,flac,amr,amrnb,amrwb,gsm,g722,g723_1,\
    g729,dss,ac3,eac3,aac,rm,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,tta,ape,wv,sln";

/// Folder below the data folder for documents that the program of the system shows.
const LENT: &str = "lent";
/// How a PDF begins.
const PDF: &[u8] = b"%PDF-";

/// Removes what a crash left behind, and documents that were shown in an earlier run.
pub(crate) fn sweep(data: &Path) {
    let _ = std::fs::remove_dir_all(data.join(FOLDER));
    let _ = std::fs::remove_dir_all(data.join(LENT));
}

/// Writes a PDF where the program of the system can read it, for this user only. Blocks.
///
/// # Errors
/// [`Error::Store`]; [`Error::NotFound`] for what is no PDF whatever it is called, so that nothing is
/// ever started.
pub(crate) fn lend_pdf(data: &Path, name: &str, octets: &[u8]) -> Result<PathBuf, Error> {
    if !octets.starts_with(PDF) {
        return Err(Error::NotFound(Missing::Pdf));
    }
    let folder = data.join(LENT);
    let file = folder.join(name).with_extension("pdf");
    let failed = |e: io::Error| Error::Store(format!("{}: {e}", file.display()));
    make_private_dir(&folder)?;
    std::fs::write(&file, octets).map_err(failed)?;
    Ok(file)
}

/// Decodes a recording with a program. The file goes into `folder`, which is made for this user
/// only.
pub(crate) async fn decode(
    program: &Path,
    folder: &Path,
    octets: Vec<u8>,
    time: Duration,
) -> Result<Pcm, Error> {
    if !program.is_absolute() || !program.is_file() {
        return Err(Invalid::NotAProgram(program.to_owned()).into());
    }
    let folder = folder.to_owned();
    let file = blocking(move || Input::write(&folder, &octets)).await?;
    let run = run(program, &file.0);
    let outcome = tokio::time::timeout(time, run).await;
    blocking(move || {
        drop(file);
        Ok(())
    })
    .await?;
    match outcome {
        Ok(done) => done,
        Err(_) => Err(Invalid::ProgramTooSlow.into()),
    }
}

async fn run(program: &Path, file: &Path) -> Result<Pcm, Error> {
    let failed = |e: io::Error| {
        let (program, said) = (program.to_owned(), e.to_string());
        Error::from(Invalid::ProgramFailed { program, said })
    };
    let mut command = tokio::process::Command::new(program);
    command
        .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file"])
        .args(["-format_whitelist", CONTAINERS, "-i"])
        .arg(file)
        .args(["-map", "0:a:0", "-vn", "-sn", "-dn", "-t", "7200"])
        .args(["-ac", "1", "-ar", &RATE.to_string(), "-f", "s16le", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if cfg!(unix) {
        command.env_clear();
    }
    if let Some(folder) = file.parent() {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(failed)?;
    let (sound, words) =
        tokio::join!(read(child.stdout.take(), SOUND_MAX), read(child.stderr.take(), WORDS_MAX));
    let (sound, words) = (sound.map_err(failed)?, words.map_err(failed)?);
    let status = child.wait().await.map_err(failed)?;
    let samples: Vec<i16> =
        sound.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    if samples.is_empty() {
        let words = aloud_message::display::clean(&String::from_utf8_lossy(&words));
        let why = if words.is_empty() { status.to_string() } else { words };
        return Err(Invalid::ProgramGaveNothing(why).into());
    }
    Ok(Pcm { samples, rate: RATE })
}

/// Reads at most `most` octets; a program that goes on writing then gets an error of its own.
async fn read(from: Option<impl AsyncRead + Unpin>, most: usize) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(from) = from {
        from.take(most as u64).read_to_end(&mut all).await?;
    }
    Ok(all)
}

/// The recording in a file; removed when dropped.
struct Input(PathBuf);

impl Input {
    fn write(folder: &Path, octets: &[u8]) -> Result<Self, Error> {
        make_private_dir(folder)?;
        let name = format!("{:016x}", rand::random::<u64>());
        let input = Self(folder.join(name));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&input.0).and_then(|mut file| file.write_all(octets));
        written.map_err(|e| Error::Store(e.to_string()))?;
        Ok(input)
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "a recording that was decoded could not be removed");
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A program: a shell script that is not being written while it is run.
    fn program(dir: &Path, script: &str) -> PathBuf {
        let path = dir.join("program");
        let text = format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        std::fs::write(&path, text).expect("written");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&path, mode).expect("executable");
        path
    }

    async fn with(script: &str, time: Duration) -> (Result<Pcm, Error>, usize) {
        let dir = tempfile::tempdir().expect("a folder");
        let program = program(dir.path(), script);
        let folder = dir.path().join("data").join(FOLDER);
        let done = decode(&program, &folder, vec![1, 0, 2, 0, 255, 255], time).await;
        let left = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        (done, left)
    }

    const INPUT: &str = "while [ \"$1\" != -i ]; do shift; done";

    #[tokio::test]
    async fn gives_what_the_program_writes_and_leaves_nothing_behind() {
        let script = format!("{INPUT}; [ \"$(stat -c %a \"$2\")\" = 600 ] && cat \"$2\"");
        let (done, left) = with(&script, TIME).await;
        assert_eq!(done.expect("sound"), Pcm { samples: vec![1, 2, -1], rate: RATE });
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn says_what_the_program_says() {
        let (done, left) = with("echo 'no decoder for it' >&2; exit 1", TIME).await;
        let said = Invalid::ProgramGaveNothing("no decoder for it".into());
        assert_eq!(done.expect_err("nothing"), Error::Invalid(said));
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_program_that_never_ends_is_ended() {
        let (done, left) = with("exec sleep 600", Duration::from_millis(20)).await;
        assert_eq!(done.expect_err("nothing"), Error::Invalid(Invalid::ProgramTooSlow));
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn what_is_no_program_is_not_run() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["ffmpeg", "/nowhere/ffmpeg"] {
            let done = decode(Path::new(name), dir.path(), vec![0], TIME).await;
            assert!(matches!(done, Err(Error::Invalid(_))), "{name}");
        }
    }
}
