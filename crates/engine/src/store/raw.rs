//! The octets of a message as far as they are here: all of them, or of a message too large to be held
//! what is looked at and its file ([`aloud_message::large`]). So neither what the message is nor how
//! a part of it is saved depends on how large it is. Reads files; knows no row. Tests: below.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Read, Write as _},
    ops::Deref,
    path::Path,
};

use sha2::{Digest, Sha256};

use super::{Error, Missing, Result, blobs::hex};
use crate::{
    content::{Content, Reader},
    errors::Invalid,
};
use aloud_message::{
    Body, Mail,
    inspect::{self, ReadOptions},
    large::{self, Bounds, Large, Outer, Within},
    vendors::Table,
};

/// Octets of a part that are held to be heard or shown.
const PART_MAX: u64 = 128 << 20;

/// What is held of a message of our own that is filed: the rules were kept when it was frozen, and what
/// the list shows of it stands in its beginning.
pub(crate) const OWN: Bounds = Bounds { whole: 4 << 20, piece: 1 << 20, beginning: 256 << 10 };

/// A message. As octets it is what is held of it.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    large: Large,
    source: Option<Content>,
}

impl Deref for Raw {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.large.octets()
    }
}

impl From<Vec<u8>> for Raw {
    fn from(octets: Vec<u8>) -> Self {
        Self { large: Large::whole(octets), source: None }
    }
}

/// A file that is hashed while it is read.
struct Hashed {
    file: File,
    hash: Sha256,
}

impl Read for Hashed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let octets = self.file.read(into)?;
        self.hash.update(into.get(..octets).unwrap_or_default());
        Ok(octets)
    }
}

impl Raw {
    /// The message in a file. Blocks.
    pub(super) fn read(file: &Path, bounds: Bounds) -> Result<Self> {
        Self::of(Content::of_file(file)?, bounds)
    }

    /// A message. Blocks.
    pub(crate) fn of(content: Content, bounds: Bounds) -> Result<Self> {
        if let Content::Held(octets) = content {
            return Ok(octets.into());
        }
        let large = Large::take(&mut content.reader()?, bounds)?;
        Ok(Self { large, source: Some(content) })
    }

    /// The message in an open file, and its SHA-256; it will be found at `file`. Blocks.
    pub(super) fn hashed(open: File, bounds: Bounds) -> Result<(Self, String)> {
        let mut open = Hashed { file: open, hash: Sha256::new() };
        let large = Large::take(&mut open, bounds)?;
        Ok((Self { large, source: None }, hex(&open.hash.finalize())))
    }

    /// The same, found in this file from now on.
    pub(super) fn at(self, file: &Path) -> Self {
        let source = Some(Content::section(file, 0, self.total()));
        Self { source, ..self }
    }

    /// How many octets it has in all.
    pub(crate) fn total(&self) -> u64 {
        self.large.total()
    }

    /// Whether all of it is held.
    pub(crate) fn is_held(&self) -> bool {
        self.large.is_whole()
    }

    fn source(&self) -> Result<Reader<'_>> {
        let source = self.source.as_ref().filter(|_| !self.is_held());
        Ok(source.ok_or(io::ErrorKind::NotFound).map_err(io::Error::from)?.reader()?)
    }

    /// What the message is. Blocks.
    pub(crate) fn mail(&self, options: &ReadOptions) -> Result<Mail> {
        if self.is_held() {
            return Ok(Mail::read(self, options));
        }
        Ok(self.large.read(&mut self.source()?, options, Table::current())?)
    }

    /// All octets. Blocks.
    pub(crate) fn whole(&self) -> Result<Cow<'_, [u8]>> {
        if self.is_held() {
            return Ok(Cow::Borrowed(self));
        }
        let mut octets = Vec::new();
        self.source()?.read_to_end(&mut octets)?;
        Ok(Cow::Owned(octets))
    }

    /// Where a leaf is that is not held.
    fn outer(&self, path: &str) -> Result<Option<Outer>> {
        let outer = self.large.outer(path);
        outer.map_err(|Within(path)| Invalid::PartWithin { path }.into())
    }

    /// A leaf, its transfer encoding undone. Blocks.
    pub(crate) fn body(&self, path: &str) -> Result<Body> {
        let Some(outer) = self.outer(path)? else {
            let body = inspect::body(self, path);
            return body.ok_or_else(|| Error::NotFound(Missing::Part(path.to_owned())));
        };
        let mut octets = Vec::new();
        let copied = large::copy(&mut self.source()?, &outer, |piece| {
            if (octets.len() + piece.len()) as u64 > PART_MAX {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            octets.extend_from_slice(piece);
            Ok(())
        });
        match copied {
            Ok(damaged) => Ok(Body { octets, damaged }),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Err(Invalid::PartTooLarge { most: PART_MAX }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a leaf, however large, into a file. Blocks.
    pub(crate) fn save(&self, path: &str, to: &Path) -> Result<()> {
        let failed = |e: io::Error| Error::Store(format!("{}: {e}", to.display()));
        match self.outer(path)? {
            None => std::fs::write(to, self.body(path)?.octets).map_err(failed),
            Some(outer) => self.copy(&outer, to).map_err(failed),
        }
    }

    fn copy(&self, outer: &Outer, to: &Path) -> io::Result<()> {
        let mut from = self.source().map_err(io::Error::other)?;
        let mut file = BufWriter::new(File::create(to)?);
        let written =
            large::copy(&mut from, outer, |piece| file.write_all(piece)).and_then(|_| file.flush());
        // Half a part must not pass for one.
        if written.is_err() {
            let _ = std::fs::remove_file(to);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    const SMALL: Bounds = Bounds { whole: 8 << 10, piece: 2 << 10, beginning: 1 << 10 };

    #[test]
    fn a_large_part_is_counted_saved_and_heard_from_its_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, to) = (dir.path().join("message"), dir.path().join("part"));
        let body = "f3ePPQo=\r\n".repeat(10_000);
        let message = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n\
             --b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             {body}\r\n--b--\r\n"
        );
        std::fs::write(&file, &message).expect("written");
        let raw = Raw::read(&file, SMALL).expect("read");
        assert!(!raw.is_held() && raw.len() < SMALL.whole);
        assert_eq!(raw.total(), message.len() as u64);
        let mail = raw.mail(&ReadOptions::default()).expect("read");
        assert_eq!(mail.parts[1].octets, 50_000);
        raw.save("2", &to).expect("saved");
        let saved = std::fs::read(&to).expect("there");
        assert_eq!(saved, [0x7f, 0x77, 0x8f, 0x3d, 0x0a].repeat(10_000));
        assert_eq!(raw.body("2").expect("a part").octets, saved);
        assert_eq!(raw.body("1").expect("a part").octets, b"hello");
        assert_eq!(raw.whole().expect("all"), message.as_bytes());
        assert!(matches!(raw.save("3", &to), Err(Error::NotFound(_))));
        // The name of the file is that of all octets.
        let (_, sha) = Raw::hashed(File::open(&file).expect("there"), SMALL).expect("read");
        assert_eq!(sha, hex(&Sha256::digest(message.as_bytes())));
        // Half of a part does not pass for one.
        std::fs::write(&file, &message[..60_000]).expect("written");
        assert!(raw.save("2", &to).is_err() && !to.exists());
        // Nor does that of one inside an encoded message, which can be saved itself.
        let inner = message.replace("boundary=b\r", "boundary=i\r").replace("--b", "--i");
        let lines = inner.as_bytes().chunks(57).map(|line| STANDARD.encode(line) + "\r\n");
        let coded: String = lines.collect();
        let outer = message.replace("application/zip", "message/rfc822").replace(&body, &coded);
        std::fs::write(&file, outer).expect("written");
        let raw = Raw::read(&file, SMALL).expect("read");
        let within = |failed| failed == Error::from(Invalid::PartWithin { path: "2".to_owned() });
        assert!(within(raw.save("2/2", &to).expect_err("a beginning")) && !to.exists());
        assert!(within(raw.body("2/2").expect_err("a beginning")));
        assert_eq!(raw.body("2/1").expect("a part").octets, b"hello");
        raw.save("2", &to).expect("saved");
        assert_eq!(std::fs::read(&to).expect("there"), inner.as_bytes());
    }
}
