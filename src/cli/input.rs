//! A message from a file or from standard input, held as far as it has to be
//! ([`crate::message::large`]). What cannot be read twice, such as standard input, goes into a file
//! without a name first, once it is too large to be held.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crate::message::{
    Mail, PartInfo,
    inspect::ReadOptions,
    large::{self, Bounds, Large, Outer, Within},
    vendors::Table,
};

/// Largest message read from a file or from standard input.
const INPUT_MAX: u64 = 4 << 30;
/// Largest recording, or set of fax pages, that is decoded.
pub const DECODED_MAX: u64 = 128 << 20;

/// A message that can be read again.
pub struct Input {
    /// What is held of it.
    pub large: Large,
    file: Option<File>,
}

impl Input {
    /// The message in a file; of standard input for `-`.
    pub fn open(name: &str) -> io::Result<Self> {
        if name == "-" {
            return Self::spooled(io::stdin().lock());
        }
        let file = File::open(name)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Self::spooled(file);
        }
        if metadata.len() > INPUT_MAX {
            return Err(too_large());
        }
        Self::of(file)
    }

    /// A message that comes once.
    fn spooled(mut source: impl Read) -> io::Result<Self> {
        let most = Bounds::default().whole as u64;
        let mut beginning = Vec::new();
        source.by_ref().take(most + 1).read_to_end(&mut beginning)?;
        if beginning.len() as u64 <= most {
            return Ok(Self { large: Large::whole(beginning), file: None });
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(&beginning)?;
        drop(beginning);
        let left = INPUT_MAX - most;
        if io::copy(&mut source.take(left), &mut file)? == left {
            return Err(too_large());
        }
        file.rewind()?;
        Self::of(file)
    }

    fn of(mut file: File) -> io::Result<Self> {
        let large = Large::take(&mut file, Bounds::default())?;
        Ok(Self { large, file: Some(file) })
    }

    /// The message.
    pub fn read(&mut self, options: &ReadOptions, table: &Table) -> io::Result<Mail> {
        match &mut self.file {
            Some(file) => self.large.read(file, options, table),
            None => Ok(Mail::read_with(self.large.octets(), options, table)),
        }
    }

    /// All octets, of what is no message but a recording; `None` for more than are decoded.
    pub fn octets(self) -> io::Result<Option<Vec<u8>>> {
        match self.file {
            Some(mut file) if !self.large.is_whole() => {
                if self.large.total() > DECODED_MAX {
                    return Ok(None);
                }
                file.rewind()?;
                let mut octets = Vec::new();
                file.take(DECODED_MAX).read_to_end(&mut octets)?;
                Ok(Some(octets))
            }
            _ => Ok(Some(self.large.octets().to_vec())),
        }
    }

    /// Where each of these leaves is, if it is not held. What cannot be had is taken out, with why.
    pub fn outers(
        &self,
        wanted: &mut Vec<(String, &PartInfo)>,
        failed: &mut Vec<String>,
    ) -> Vec<Option<Outer>> {
        let mut outers = Vec::with_capacity(wanted.len());
        wanted.retain(|(path, _)| match self.large.outer(path) {
            Ok(outer) => {
                outers.push(outer);
                true
            }
            Err(Within(within)) => {
                let why = fl!("cli-part-within", path = within);
                failed.push(fl!("problem-part", path = path.as_str(), problem = why));
                false
            }
        });
        outers
    }

    /// Writes a leaf that is not held.
    pub fn copy(&mut self, outer: &Outer, to: &mut impl Write) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        large::copy(file, outer, |piece| to.write_all(piece))?;
        Ok(())
    }
}

/// Removes what was written of a file that has no end.
pub fn remove_torn(path: &Path) {
    let _ = fs::remove_file(path);
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, fl!("cli-message-too-large"))
}
