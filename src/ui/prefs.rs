//! What the user chose for the window. Each field falls back on its own, so one bad value never
//! costs the rest; written with a temporary file and a rename.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::theme::{Mode, TEXT_SIZES};
use crate::engine::{OwnCard, ReceiptPolicy, store::files::write_whole};

/// Choices of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prefs {
    /// Theme.
    pub theme: Mode,
    /// 90, 100, 115, 130 or 150.
    pub text_size: u16,
    /// Rows of 52 instead of 76.
    pub compact: bool,
    /// Nothing moves but what must.
    pub reduced_motion: bool,
    /// 0 to 9, * and # work as on a telephone.
    pub phone_keys: bool,
    /// Play the sender's spoken name before the message.
    pub name_first: bool,
    /// Leave out pauses.
    pub skip_silence: bool,
    /// Speed of playback.
    pub speed: f32,
    /// Volume, 0 to 1.
    pub volume: f32,
    /// Seconds that Send can be undone: 0, 5, 10, 20 or 30.
    pub undo_seconds: u32,
    /// What to do about receipts that are asked for.
    pub receipts: ReceiptPolicy,
    /// When the user's own contact card goes along.
    pub own_card: OwnCard,
    /// Fetch small unheard recordings and faxes before they are opened.
    pub prefetch: bool,
    /// Width of the list, 300 to 480.
    pub list_width: f32,
    /// The program that decodes recordings that Aloud cannot; only by a press of the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ffmpeg: Option<PathBuf>,
}

/// One choice of the user's. Speed, volume and skipped silence follow the audio thread instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Theme.
    Theme(Mode),
    /// Text size in percent.
    TextSize(u16),
    /// Compact rows.
    Compact(bool),
    /// Reduce motion.
    ReducedMotion(bool),
    /// Phone keys.
    PhoneKeys(bool),
    /// Play the sender's spoken name first.
    NameFirst(bool),
    /// Seconds that Send can be undone.
    UndoSeconds(u32),
    /// What to do about receipts.
    Receipts(ReceiptPolicy),
    /// When the own contact card goes along.
    OwnCard(OwnCard),
    /// The program that decodes other recordings, or none.
    Program(Option<PathBuf>),
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            theme: Mode::System,
            text_size: 100,
            compact: false,
            reduced_motion: false,
            phone_keys: true,
            name_first: true,
            skip_silence: false,
            speed: 1.0,
            volume: 0.8,
            undo_seconds: 10,
            receipts: ReceiptPolicy::Ask,
            own_card: OwnCard::Automatic,
            prefetch: true,
            list_width: 360.0,
            ffmpeg: None,
        }
    }
}

impl Prefs {
    /// Reads them; what is missing or wrong takes its default.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let table: toml::Table = toml::from_str(text).unwrap_or_default();
        let mut prefs = Self::default();
        take(&table, "theme", &mut prefs.theme);
        take(&table, "text_size", &mut prefs.text_size);
        take(&table, "compact", &mut prefs.compact);
        take(&table, "reduced_motion", &mut prefs.reduced_motion);
        take(&table, "phone_keys", &mut prefs.phone_keys);
        take(&table, "name_first", &mut prefs.name_first);
        take(&table, "skip_silence", &mut prefs.skip_silence);
        take(&table, "speed", &mut prefs.speed);
        take(&table, "volume", &mut prefs.volume);
        take(&table, "undo_seconds", &mut prefs.undo_seconds);
        take(&table, "receipts", &mut prefs.receipts);
        take(&table, "own_card", &mut prefs.own_card);
        take(&table, "prefetch", &mut prefs.prefetch);
        take(&table, "list_width", &mut prefs.list_width);
        take(&table, "ffmpeg", &mut prefs.ffmpeg);
        prefs.sane()
    }

    /// Takes over a choice.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Theme(mode) => self.theme = mode,
            Choice::TextSize(percent) => self.text_size = percent,
            Choice::Compact(on) => self.compact = on,
            Choice::ReducedMotion(on) => self.reduced_motion = on,
            Choice::PhoneKeys(on) => self.phone_keys = on,
            Choice::NameFirst(on) => self.name_first = on,
            Choice::UndoSeconds(seconds) => self.undo_seconds = seconds,
            Choice::Receipts(policy) => self.receipts = policy,
            Choice::OwnCard(when) => self.own_card = when,
            Choice::Program(program) => self.ffmpeg = program,
        }
    }

    /// What that program is called.
    #[must_use]
    pub fn program_name(&self) -> Option<&str> {
        self.ffmpeg.as_deref()?.file_stem()?.to_str()
    }

    fn sane(mut self) -> Self {
        if !TEXT_SIZES.contains(&self.text_size) {
            self.text_size = 100;
        }
        let within =
            |value: f32, low, high, or| if value.is_finite() { value.clamp(low, high) } else { or };
        self.speed = within(self.speed, 0.5, 3.0, 1.0);
        self.volume = within(self.volume, 0.0, 1.0, 0.8);
        self.list_width = within(self.list_width, 300.0, 480.0, 360.0);
        self.undo_seconds = self.undo_seconds.min(30);
        self
    }

    /// Reads a file; a missing one gives the defaults.
    #[must_use]
    pub fn load(file: &Path) -> Self {
        std::fs::read_to_string(file).map_or_else(|_| Self::default(), |text| Self::parse(&text))
    }

    /// Writes a file.
    ///
    /// # Errors
    /// What the system says; the old file stays.
    pub fn save(&self, file: &Path) -> std::io::Result<()> {
        let text = toml::to_string_pretty(self).map_err(std::io::Error::other)?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        write_whole(file, text.as_bytes())
    }
}

fn take<'de, T: Deserialize<'de>>(table: &toml::Table, name: &str, into: &mut T) {
    if let Some(value) = table.get(name) {
        match value.clone().try_into() {
            Ok(value) => *into = value,
            Err(error) => tracing::warn!(name, %error, "a setting cannot be used"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_value_costs_only_itself() {
        let prefs = Prefs::parse("theme = \"dark\"\ntext_size = \"big\"\nspeed = 99.0\nx = 1");
        assert_eq!(prefs.theme, Mode::Dark);
        assert_eq!(prefs.text_size, 100);
        assert!((prefs.speed - 3.0).abs() < f32::EPSILON);
        assert_eq!(Prefs::parse("nonsense ["), Prefs::default());
    }

    #[test]
    fn writes_what_it_reads() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("a/window.toml");
        let prefs = Prefs {
            compact: true,
            text_size: 130,
            receipts: ReceiptPolicy::Never,
            ffmpeg: Some("/usr/bin/ffmpeg".into()),
            ..Prefs::default()
        };
        prefs.save(&file)?;
        assert_eq!(Prefs::load(&file), prefs);
        assert_eq!(prefs.program_name(), Some("ffmpeg"));
        Ok(())
    }
}
