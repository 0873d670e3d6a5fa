//! The file of a recording in progress: a WAV (16-bit PCM, mono, 8 000 Hz) that can be read at any
//! moment, so that a crash, a power cut or a full disk costs at most the last half second.
//!
//! The header's sizes are put right every half second and at the end; a reader that trusts the
//! file's length over the header (ours does) loses nothing at all.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// Octets of the header we write.
const HEADER: u64 = 44;
/// Octets between two updates of the header: half a second.
const SETTLE: u64 = 8_000;

/// A take being written.
pub struct Take {
    file: BufWriter<File>,
    path: PathBuf,
    octets: u64,
    unsettled: u64,
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
        file.sync_data()?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned(), octets: 0, unsettled: 0 })
    }

    /// Goes on with a take that exists; its sound is kept. A file that is none of ours is refused.
    ///
    /// # Errors
    /// Those of the file system; `InvalidData` for a file of another kind.
    pub fn append(path: &Path) -> io::Result<Self> {
        let mut file = private(OpenOptions::new().read(true).write(true)).open(path)?;
        let mut start = [0; HEADER as usize];
        file.read_exact(&mut start)?;
        if start.get(..4) != Some(b"RIFF") || start.get(12..36) != header(0).get(12..36) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a recording of Aloud"));
        }
        let octets = (file.metadata()?.len() - HEADER) & !1;
        file.set_len(HEADER + octets)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned(), octets, unsettled: 0 })
    }

    /// Adds samples.
    ///
    /// # Errors
    /// Those of the file system; what was written before is safe.
    pub fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        for sample in samples {
            self.file.write_all(&sample.to_le_bytes())?;
            self.octets += 2;
            self.unsettled += 2;
        }
        if self.unsettled >= SETTLE {
            self.settle()?;
        }
        Ok(())
    }

    /// Puts everything on disk and the header right.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn settle(&mut self) -> io::Result<()> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header(self.octets))?;
        file.seek(SeekFrom::End(0))?;
        file.sync_data()?;
        self.unsettled = 0;
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
        take.file.flush().unwrap();
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
