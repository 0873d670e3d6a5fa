//! The octets of a message on its way: held where they are few, else in a file and read piece by
//! piece, so that what a message costs in memory does not grow with it. Knows nothing of mail but its
//! line ends (RFC 5321 section 2.3.8). Tests: below.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use crate::{
    errors::{Error, Invalid, Result},
    store::{blobs::private_options, blocking},
};

/// Octets that are held at a time.
const PIECE: usize = 64 * 1024;
/// What is as small as this is held.
pub(crate) const SMALL: u64 = 1024 * 1024;
/// Most octets that are read of what has no end of its own; more than is sent.
const PIPE_MAX: u64 = 512 * 1024 * 1024;

/// The SHA-256 of all octets of a message.
pub(crate) type Digest = [u8; 32];

/// Octets that are not those that were kept.
#[derive(Debug, thiserror::Error)]
#[error("not as it was kept")]
pub(crate) struct Altered;

impl Altered {
    fn met() -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Self)
    }

    pub(crate) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

/// Octets that pass by, and what they must come to.
pub(crate) struct Sum {
    hash: Sha256,
    left: u64,
    expected: Option<Digest>,
}

impl Sum {
    pub(crate) fn of(len: u64, expected: Option<Digest>) -> Self {
        Self { hash: Sha256::new(), left: len, expected }
    }

    /// Whether there is more to come.
    pub(crate) fn lacks(&self) -> bool {
        self.left > 0
    }

    /// A piece, before it is handed on: with the last one, all must be as they were.
    pub(crate) fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        let octets = piece.len() as u64;
        if octets > self.left || octets == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= octets;
        let Some(expected) = self.expected else { return Ok(()) };
        self.hash.update(piece);
        let is_same = self.left > 0 || self.hash.finalize_reset().as_slice() == expected;
        if is_same { Ok(()) } else { Err(Altered::met()) }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Held.
    Held(Vec<u8>),
    /// Octets of a file.
    InFile(Section),
}

/// Where in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    file: PathBuf,
    at: u64,
    len: u64,
    /// What its octets come to, where that was kept.
    digest: Option<Digest>,
    /// The file goes with the last of these.
    spool: Option<Arc<Spool>>,
}

/// A file of ours that goes when nobody needs it any more.
#[derive(Debug, PartialEq, Eq)]
struct Spool(PathBuf);

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl From<Vec<u8>> for Content {
    fn from(octets: Vec<u8>) -> Self {
        Self::Held(octets)
    }
}

impl From<&[u8]> for Content {
    fn from(octets: &[u8]) -> Self {
        Self::Held(octets.to_vec())
    }
}

impl From<&Vec<u8>> for Content {
    fn from(octets: &Vec<u8>) -> Self {
        Self::Held(octets.clone())
    }
}

impl<const N: usize> From<&[u8; N]> for Content {
    fn from(octets: &[u8; N]) -> Self {
        Self::Held(octets.to_vec())
    }
}

/// What a look at all octets says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) octets: u64,
    pub(crate) is_ascii: bool,
}

impl Content {
    /// Octets of a file from `at` on.
    pub(crate) fn section(file: &Path, at: u64, len: u64) -> Self {
        Self::InFile(Section { file: file.to_owned(), at, len, digest: None, spool: None })
    }

    /// The same, with what the octets of its file come to: whoever reads all of them gets no last piece
    /// of others.
    pub(crate) fn expecting(mut self, digest: Digest) -> Self {
        if let Self::InFile(section) = &mut self {
            section.digest = Some(digest);
        }
        self
    }

    /// What its octets come to. Blocks.
    pub(crate) fn digest(&self) -> io::Result<Digest> {
        if let Self::InFile(Section { digest: Some(digest), .. }) = self {
            return Ok(*digest);
        }
        let mut hash = Sha256::new();
        self.each(PIECE, |piece| {
            hash.update(piece);
            Ok::<(), io::Error>(())
        })?;
        Ok(hash.finalize().into())
    }

    /// Reads all octets: they are as they were. Blocks.
    pub(crate) fn check(&self) -> io::Result<()> {
        self.each(PIECE, |_| Ok(()))
    }

    /// A whole file; what is none (a pipe) is read and held, up to half a GiB. Blocks.
    ///
    /// # Errors
    /// What the disk says.
    pub fn of_file(file: &Path) -> io::Result<Self> {
        let there = fs::metadata(file)?;
        if !there.is_file() {
            let mut octets = Vec::new();
            fs::File::open(file)?.take(PIPE_MAX).read_to_end(&mut octets)?;
            return Ok(Self::Held(octets));
        }
        Ok(Self::section(file, 0, there.len()))
    }

    /// What `write` writes, in a file of its own in a folder, which goes with the last of its users.
    /// Blocks.
    ///
    /// # Errors
    /// Those of `write`, and what the disk says.
    pub(crate) fn spooled<E: From<io::Error>>(
        folder: &Path,
        write: impl FnOnce(&mut dyn Write) -> std::result::Result<(), E>,
    ) -> std::result::Result<Self, E> {
        let path = folder.join(format!("{:016x}.new", rand::random::<u64>()));
        let file = private_options().create_new(true).open(&path)?;
        let spool = Arc::new(Spool(path.clone()));
        let out = Hashing { file, hash: Sha256::new(), len: 0 };
        let mut out = io::BufWriter::with_capacity(PIECE, out);
        write(&mut out)?;
        let Hashing { hash, len, .. } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let digest = Some(hash.finalize().into());
        Ok(Self::InFile(Section { file: path, at: 0, len, digest, spool: Some(spool) }))
    }

    /// The same octets where nobody else writes: held, or in a file of ours in a folder. Blocks.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn apart(self, folder: &Path) -> io::Result<Self> {
        match &self {
            Self::Held(_) | Self::InFile(Section { spool: Some(_), .. }) => Ok(self),
            Self::InFile(_) if self.len() <= SMALL => {
                let mut octets = Vec::new();
                self.each(PIECE, |piece| octets.write_all(piece))?;
                Ok(octets.into())
            }
            Self::InFile(_) => {
                Self::spooled(folder, |out| self.each(PIECE, |piece| out.write_all(piece)))
            }
        }
    }

    /// How many octets it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Held(octets) => octets.len() as u64,
            Self::InFile(section) => section.len,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All octets, to be read. Blocks.
    pub(crate) fn reader(&self) -> io::Result<Reader<'_>> {
        Ok(match self {
            Self::Held(octets) => Reader::Held(io::Cursor::new(octets)),
            Self::InFile(section) => Reader::InFile(section.open()?),
        })
    }

    /// All octets, held. Blocks.
    pub(crate) fn whole(&self) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        self.each(PIECE, |piece| octets.write_all(piece))?;
        Ok(octets)
    }

    /// Hands all octets over, a piece at a time. Blocks.
    ///
    /// # Errors
    /// Those of `take`; what the disk says, also where there are fewer octets than there were.
    pub(crate) fn each<E: From<io::Error>>(
        &self,
        most: usize,
        mut take: impl FnMut(&[u8]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let section = match self {
            Self::Held(octets) => return octets.chunks(most).try_for_each(take),
            Self::InFile(section) => section,
        };
        let (mut reader, mut sum) = (section.open()?, section.sum());
        let mut piece = vec![0; most];
        while sum.lacks() {
            let octets = fill(&mut reader, &mut piece)?;
            sum.push(octets)?;
            take(octets)?;
        }
        Ok(())
    }

    /// Looks whether it is of canonical CRLF lines: a bare CR or LF would let a quoted text end the
    /// message early (reliability T15). Blocks.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not; what the disk says.
    pub(crate) fn shape(&self) -> Result<Shape> {
        let mut lines = Lines::default();
        let mut is_ascii = true;
        self.each(PIECE, |piece| {
            is_ascii &= piece.is_ascii();
            lines.push(piece)
        })?;
        lines.end()?;
        Ok(Shape { octets: self.len(), is_ascii })
    }

    /// Its octets, a piece after the other, for who must not block.
    pub(crate) fn pieces(&self) -> Pieces<'_> {
        Pieces { content: self, at: 0, file: None }
    }
}

impl Error {
    /// What was met while a message was read that is to leave: no fault of the network or of a server.
    pub(crate) fn unread(self) -> Self {
        match self {
            Self::Store(said) | Self::Damaged(said) => Self::Unread(said),
            other => other,
        }
    }
}

impl Section {
    fn open(&self) -> io::Result<Window> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.at))?;
        Ok(Window { file, at: self.at, len: self.len, pos: 0 })
    }

    fn sum(&self) -> Sum {
        Sum::of(self.len, self.digest)
    }
}

/// A file that is written, and what its octets come to.
struct Hashing {
    file: File,
    hash: Sha256,
    len: u64,
}

impl Write for Hashing {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let written = self.file.write(octets)?;
        self.hash.update(octets.get(..written).unwrap_or_default());
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Reads as much as there is room for.
fn fill<'a>(from: &mut impl Read, piece: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut octets = 0;
    while let Some(room) = piece.get_mut(octets..).filter(|room| !room.is_empty()) {
        match from.read(room) {
            Ok(0) => break,
            Ok(read) => octets += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(piece.get(..octets).unwrap_or_default())
}

/// Octets that can be read and sought in.
pub(crate) enum Reader<'a> {
    Held(io::Cursor<&'a Vec<u8>>),
    InFile(Window),
}

impl Read for Reader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Held(octets) => octets.read(into),
            Self::InFile(window) => window.read(into),
        }
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Held(octets) => octets.seek(to),
            Self::InFile(window) => window.seek(to),
        }
    }
}

/// A part of a file as if it were one.
pub(crate) struct Window {
    file: File,
    at: u64,
    len: u64,
    pos: u64,
}

impl Read for Window {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(self.pos)).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let read = self.file.read(into.get_mut(..most).unwrap_or_default())?;
        self.pos += read as u64;
        Ok(read)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let pos = match to {
            SeekFrom::Start(pos) => Some(pos),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.pos.checked_add_signed(by),
        };
        let pos = pos.ok_or(io::ErrorKind::InvalidInput)?;
        let there = self.at.checked_add(pos).ok_or(io::ErrorKind::InvalidInput)?;
        self.file.seek(SeekFrom::Start(there))?;
        self.pos = pos;
        Ok(pos)
    }
}

/// See [`Content::pieces`].
pub(crate) struct Pieces<'a> {
    content: &'a Content,
    at: u64,
    file: Option<(Window, Sum)>,
}

impl Pieces<'_> {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Unread`] with what the disk says, also where there are fewer octets than there were.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        self.read().await.map_err(Error::unread)
    }

    async fn read(&mut self) -> Result<Option<Vec<u8>>> {
        let section = match self.content {
            Content::Held(octets) => {
                let from = usize::try_from(self.at).unwrap_or(usize::MAX);
                let left = octets.get(from..).unwrap_or_default();
                let piece = left.get(..left.len().min(PIECE)).unwrap_or_default().to_vec();
                self.at += piece.len() as u64;
                return Ok(Some(piece).filter(|piece| !piece.is_empty()));
            }
            Content::InFile(section) => section,
        };
        if self.at >= section.len {
            return Ok(None);
        }
        let (section, file) = (section.clone(), self.file.take());
        let (file, piece) = blocking(move || {
            let (mut window, mut sum) = match file {
                Some(file) => file,
                None => (section.open()?, section.sum()),
            };
            let mut piece = vec![0; PIECE];
            let octets = fill(&mut window, &mut piece)?.len();
            piece.truncate(octets);
            sum.push(&piece)?;
            Ok(((window, sum), piece))
        })
        .await?;
        self.at += piece.len() as u64;
        self.file = Some(file);
        Ok(Some(piece))
    }
}

/// Canonical CRLF lines, seen piece by piece.
struct Lines {
    before: u8,
    last: u8,
}

impl Default for Lines {
    fn default() -> Self {
        Self { before: b'\n', last: 0 }
    }
}

impl Lines {
    fn push(&mut self, piece: &[u8]) -> Result<()> {
        for octet in piece {
            if (*octet == b'\n') != (self.last == b'\r') || *octet == 0 {
                return Err(Invalid::BareLineEnd.into());
            }
            (self.before, self.last) = (self.last, *octet);
        }
        Ok(())
    }

    fn end(&self) -> Result<()> {
        let ended = self.before == b'\r' && self.last == b'\n';
        if ended { Ok(()) } else { Err(Error::Invalid(Invalid::NoLineEnd)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same octets, held and in the middle of a file.
    fn both(octets: &[u8], dir: &Path) -> [Content; 2] {
        let file = dir.join("file");
        fs::write(&file, [b"before", octets, b"\nafter"].concat()).expect("written");
        [octets.to_vec().into(), Content::section(&file, 6, octets.len() as u64)]
    }

    #[test]
    fn only_canonical_lines_go_out() {
        let dir = tempfile::tempdir().expect("a folder");
        for good in ["\r\n", "a\r\n", "a\r\n.\r\n", ".\r\n..\r\n"] {
            for content in both(good.as_bytes(), dir.path()) {
                let shape = Shape { octets: good.len() as u64, is_ascii: true };
                assert_eq!(content.shape(), Ok(shape), "{good:?}");
            }
        }
        for bad in
            ["", "a", "a\n", "a\r", "a\rb\r\n", "a\n.\r\n", "a\r\n.\n\r\n", "\0\r\n", "a\r\r\n"]
        {
            for content in both(bad.as_bytes(), dir.path()) {
                assert!(content.shape().is_err(), "{bad:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_file_is_read_piece_by_piece_and_never_short() {
        let dir = tempfile::tempdir().expect("a folder");
        let octets: Vec<u8> = (0..3 * PIECE + 17).map(|n| (n % 251) as u8).collect();
        for content in both(&octets, dir.path()) {
            let (mut came, mut pieces) = (Vec::new(), content.pieces());
            while let Some(piece) = pieces.next().await.expect("a piece") {
                assert!(piece.len() <= PIECE);
                came.extend(piece);
            }
            assert!(came == octets && content.whole().expect("all") == octets);
            let mut reader = content.reader().expect("a reader");
            reader.seek(SeekFrom::Start(70_000)).expect("there");
            let mut part = [0; 9];
            reader.read_exact(&mut part).expect("there");
            assert_eq!(part, octets[70_000..70_009]);
        }
        let content = Content::section(&dir.path().join("file"), 0, 1 << 30);
        assert!(content.each(PIECE, |_| Ok::<(), Error>(())).is_err());
        let mut pieces = content.pieces();
        let end = loop {
            match pieces.next().await {
                Ok(Some(_)) => {}
                end => break end,
            }
        };
        assert!(matches!(end, Err(Error::Unread(_))), "half a message must not pass for one");
    }

    /// Nobody gets the last piece of octets that are not those that were kept.
    #[tokio::test]
    async fn octets_that_changed_are_never_handed_over_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let octets =
            [&b"fourteen of it\r\n".repeat(3 * PIECE / 16), &b"and the last of it\r\n"[..]]
                .concat();
        let write = |out: &mut dyn Write| out.write_all(&octets);
        let content = Content::spooled(dir.path(), write).expect("written");
        let Content::InFile(section) = &content else { panic!("no file") };
        let digest: Digest = Sha256::digest(&octets).into();
        assert_eq!((section.digest, section.len), (Some(digest), octets.len() as u64));
        content.check().expect("as it was");
        for at in [0, PIECE - 1, PIECE, 2 * PIECE + 5, octets.len() - 1] {
            let mut other = octets.clone();
            other[at] ^= 1;
            fs::write(&section.file, &other).expect("written");
            let (mut came, mut pieces) = (0, content.pieces());
            let end = loop {
                match pieces.next().await {
                    Ok(Some(piece)) => came += piece.len(),
                    end => break end,
                }
            };
            assert_eq!(end, Err(Error::Altered), "{at}");
            assert_eq!(came, 3 * PIECE, "{at}: the last piece stays here");
            let mut came = 0;
            let each = content.each(PIECE, |piece| {
                came += piece.len();
                Ok::<(), Error>(())
            });
            assert_eq!((each, came), (Err(Error::Altered), 3 * PIECE), "{at}");
            assert!(content.shape().is_err(), "{at}");
            assert!(content.whole().is_err(), "{at}");
        }
    }

    #[test]
    fn a_spool_goes_with_its_last_user() {
        let dir = tempfile::tempdir().expect("a folder");
        let left = || fs::read_dir(dir.path()).expect("the folder").count();
        let spool = Content::spooled(dir.path(), |out| out.write_all(b"abc")).expect("written");
        let other = spool.clone();
        drop(spool);
        assert_eq!((left(), other.whole().expect("there")), (1, b"abc".to_vec()));
        drop(other);
        assert_eq!(left(), 0);
        let failed = Content::spooled(dir.path(), |_| Err(io::Error::other("no")));
        assert!(failed.is_err() && left() == 0);
    }
}
