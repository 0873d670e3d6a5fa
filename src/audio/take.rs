//! The file of a recording in progress: a WAV (16-bit PCM, mono, 8 000 Hz) that can be read at any
//! moment.
//!
//! Every write goes to the system at once, samples first, then the sizes in the header, so a process
//! that dies loses nothing that was written. A thread of its own flushes the file to the disk once a
//! second, so a power cut costs about a second and a slow disk never keeps the audio thread from
//! emptying the microphone. After a power cut the sizes may be behind; whoever reads a draft trusts
//! the file's length over them. A half sample at the end, or a file that ends within the header, is
//! put right by [`Take::append`].

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

/// Octets of the header we write.
const HEADER: u64 = 44;
/// Octets between two flushes to the disk: a second.
const FLUSH_EVERY: u64 = 16_000;

/// A take being written.
pub struct Take {
    file: File,
    path: PathBuf,
    octets: u64,
    /// Octets since the disk was last asked to flush.
    unflushed: u64,
    flusher: Option<Flusher>,
}

impl Take {
    /// Samples a second of every take.
    pub const RATE: u32 = 8_000;

    /// Starts a take; an existing file is replaced.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut file =
            private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)?;
        file.write_all(&header(0))?;
        Ok(Self::begin(file, path, 0))
    }

    /// Goes on with a take that exists; its sound is kept. A file that is none of ours is refused.
    ///
    /// # Errors
    /// Those of the file system; `InvalidData` for a file of another kind.
    pub fn append(path: &Path) -> io::Result<Self> {
        let mut file = private(OpenOptions::new().read(true).write(true)).open(path)?;
        let mut start = Vec::new();
        Read::by_ref(&mut file).take(HEADER).read_to_end(&mut start)?;
        if header(0).starts_with(&start) && start.len() < HEADER as usize {
            // The process died within the first write: there is no sound yet.
            return Self::create(path);
        }
        if start.get(..4) != Some(b"RIFF") || start.get(12..36) != header(0).get(12..36) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a recording of Aloud"));
        }
        let octets = file.metadata()?.len().saturating_sub(HEADER) & !1;
        file.set_len(HEADER + octets)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self::begin(file, path, octets))
    }

    fn begin(file: File, path: &Path, octets: u64) -> Self {
        let flusher = Flusher::start(&file, path)
            .inspect_err(|error| tracing::warn!(%error, "a take is flushed by the audio thread"))
            .ok();
        Self { file, path: path.to_owned(), octets, unflushed: 0, flusher }
    }

    /// Adds samples. They are with the system when this returns.
    ///
    /// # Errors
    /// Those of the file system, also of a flush before; what was written before is safe.
    pub fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        let octets: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        // A failure may have left the place within the header.
        self.file.seek(SeekFrom::Start(HEADER + self.octets))?;
        if let Err(error) = self.file.write_all(&octets) {
            // Half of it may be there, even half a sample.
            let whole =
                self.file.metadata().map_or(self.octets, |m| m.len().saturating_sub(HEADER)) & !1;
            let _ = self.file.set_len(HEADER + whole);
            let _ = self.file.seek(SeekFrom::End(0));
            self.octets = whole;
            return Err(error);
        }
        self.octets += octets.len() as u64;
        self.unflushed += octets.len() as u64;
        self.count()?;
        if self.unflushed >= FLUSH_EVERY {
            self.unflushed = 0;
            match &self.flusher {
                Some(flusher) => flusher.flush()?,
                None => self.file.sync_data()?,
            }
        }
        Ok(())
    }

    /// Puts everything on the disk and the header right. Waits for the disk.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn settle(&mut self) -> io::Result<()> {
        self.count()?;
        self.file.sync_data()?;
        self.unflushed = 0;
        // The system tells a failure once: the thread may have been told.
        self.flusher.as_ref().map_or(Ok(()), Flusher::failure)
    }

    /// Puts the sizes in the header right.
    fn count(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header(self.octets))?;
        self.file.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// Length of the take.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::from_secs_f64(self.octets as f64 / 2.0 / f64::from(Self::RATE))
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The thread that flushes a take to the disk. It ends with the take.
struct Flusher {
    orders: mpsc::SyncSender<()>,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl Flusher {
    /// Starts it; the name of the file in its folder and the header are flushed first.
    fn start(file: &File, path: &Path) -> io::Result<Self> {
        let file = file.try_clone()?;
        let folder = path.parent().map(Path::to_owned);
        // One order waits while another is carried out; more would flush nothing new.
        let (orders, inbox) = mpsc::sync_channel::<()>(1);
        let failed = Arc::<Mutex<Option<io::Error>>>::default();
        let failure = Arc::clone(&failed);
        let flush = move |outcome: io::Result<()>| {
            if let Err(error) = outcome {
                *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
        };
        std::thread::Builder::new().name("aloud-take".into()).spawn(move || {
            flush(file.sync_all());
            // Some file systems flush no folders; the sound itself is not at stake.
            let _ = folder.as_deref().map(sync_folder);
            while inbox.recv().is_ok() {
                flush(file.sync_data());
            }
        })?;
        Ok(Self { orders, failed })
    }

    /// Asks for a flush without waiting for it.
    ///
    /// # Errors
    /// That of the last flush that failed.
    fn flush(&self) -> io::Result<()> {
        let _ = self.orders.try_send(());
        self.failure()
    }

    /// That of the last flush that failed, once.
    fn failure(&self) -> io::Result<()> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}

/// Flushes the names in a folder.
fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened, and names are flushed by the file system itself.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Takes in `dir` that hold sound and were never finished with, oldest first: what a crash left.
#[must_use]
pub fn unfinished_takes(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "wav"))
        .filter_map(|entry| {
            let meta = entry.metadata().ok()?;
            (meta.is_file() && meta.len() > HEADER)
                .then(|| (meta.modified().unwrap_or(std::time::UNIX_EPOCH), entry.path()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

fn header(octets: u64) -> [u8; HEADER as usize] {
    let data = u32::try_from(octets).unwrap_or(u32::MAX - 36);
    let rate = Take::RATE;
    let mut out = [0; HEADER as usize];
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(data + 36).to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16u32.to_le_bytes(),
        &1u16.to_le_bytes(),
        &1u16.to_le_bytes(),
        &rate.to_le_bytes(),
        &(rate * 2).to_le_bytes(),
        &2u16.to_le_bytes(),
        &16u16.to_le_bytes(),
        b"data",
        &data.to_le_bytes(),
    ];
    for (to, from) in out.iter_mut().zip(fields.concat()) {
        *to = from;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_take_that_was_cut_off_goes_on_where_it_ended() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut take = Take::create(&path).unwrap();
        take.write(&[1, 2, 3]).unwrap();
        std::mem::forget(take); // the process dies here: no settle, header still says zero
        assert_eq!(unfinished_takes(dir.path()), vec![path.clone()]);
        let mut take = Take::append(&path).unwrap();
        take.write(&[4]).unwrap();
        take.settle().unwrap();
        let octets = std::fs::read(&path).unwrap();
        assert_eq!(&octets[44..], &[1, 0, 2, 0, 3, 0, 4, 0]);
        assert_eq!(&octets[40..44], &8u32.to_le_bytes());
    }

    #[test]
    fn what_is_written_can_be_read_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut take = Take::create(&path).unwrap();
        for n in 1..=3_000_u64 {
            take.write(&[n as i16, 7, 8]).unwrap();
            let octets = std::fs::read(&path).unwrap();
            assert_eq!(octets.len() as u64, HEADER + 6 * n);
            assert_eq!(octets[..44], header(6 * n));
        }
    }

    #[test]
    fn every_torn_end_goes_on_with_whole_samples() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let whole: Vec<u8> = header(0).into_iter().chain([1, 0, 2, 0, 3, 0]).collect();
        for end in 0..=whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let mut take = Take::append(&path).unwrap_or_else(|error| panic!("{end}: {error}"));
            take.write(&[9]).unwrap();
            take.settle().unwrap();
            let kept = end.saturating_sub(44) & !1;
            let mut expected = whole[44..44 + kept].to_vec();
            expected.extend([9, 0]);
            let octets = std::fs::read(&path).unwrap();
            assert_eq!(&octets[44..], expected, "{end}");
            assert_eq!(octets[..44], header(expected.len() as u64), "{end}");
        }
    }

    #[test]
    fn an_empty_take_is_not_offered_and_a_stranger_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        drop(Take::create(&dir.path().join("empty.wav")).unwrap());
        assert!(unfinished_takes(dir.path()).is_empty());
        let other = dir.path().join("other.wav");
        std::fs::write(&other, [7; 100]).unwrap();
        assert!(Take::append(&other).is_err());
        assert_eq!(std::fs::read(&other).unwrap(), [7; 100]);
    }
}
