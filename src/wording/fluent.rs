//! Texts from the Fluent files `i18n/<language>/aloud.ftl`, which are built in.
//!
//! `fl!` is the only way to one: identifiers and arguments are checked against English at compile
//! time. English is complete and the fallback, text by text. It is what everything speaks until
//! [`choose`] is called, so tests read English whatever the system's language is.

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::FluentValue;
use i18n_embed::{
    I18nAssets, LanguageLoader,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

/// The text with an identifier, filled in: `fl!("close")`, `fl!("toast-sent", to = &name)`. The
/// argument `count` is a number and chooses the plural.
macro_rules! fl {
    ($id:literal) => {
        ::i18n_embed_fl::fl!($crate::wording::fluent::loader(), $id)
    };
    ($id:literal, $($name:ident = $value:expr),+ $(,)?) => {
        ::i18n_embed_fl::fl!(
            $crate::wording::fluent::loader(),
            $id,
            $($name = $crate::wording::fluent::value($value)),+
        )
    };
}

/// A [`Word`](crate::wording::Word) of a text without arguments: `word!("close")`.
#[cfg(feature = "ui")]
macro_rules! word {
    ($id:literal) => {
        (|| fl!($id)) as $crate::wording::Word
    };
}

/// The built-in language files.
#[derive(RustEmbed)]
#[folder = "i18n/"]
struct BuiltIn;

static LOADER: LazyLock<FluentLanguageLoader> = LazyLock::new(english);

/// A loader that speaks English.
pub(super) fn english() -> FluentLanguageLoader {
    let loader = fluent_language_loader!();
    let english = loader.fallback_language().clone();
    load(&loader, &BuiltIn, &[english]);
    loader
}

/// Loads the first of `requested` that `assets` has, and English behind it.
fn load(loader: &FluentLanguageLoader, assets: &dyn I18nAssets, requested: &[LanguageIdentifier]) {
    if let Err(error) = i18n_embed::select(loader, assets, requested) {
        tracing::error!(%error, "a language could not be loaded");
    }
    // Isolation marks show as boxes in fonts without them, and Inter is one.
    loader.set_use_isolating(false);
}

/// Where [`fl!`] finds texts.
#[doc(hidden)]
#[must_use]
pub fn loader() -> &'static FluentLanguageLoader {
    #[cfg(test)]
    if super::pseudo::is_spoken() {
        return &super::pseudo::LOADER;
    }
    &LOADER
}

/// An argument of [`fl!`] on its own, whatever it was borrowed from.
#[doc(hidden)]
pub fn value<'a>(value: impl Into<FluentValue<'a>>) -> FluentValue<'static> {
    match value.into() {
        FluentValue::String(text) => FluentValue::String(Cow::Owned(text.into_owned())),
        other => other.into_owned(),
    }
}

/// Speaks the first of `requested` that is built in, and English where none is.
pub fn choose(requested: &[LanguageIdentifier]) {
    load(&LOADER, &BuiltIn, requested);
}

/// The built-in languages.
#[must_use]
pub fn languages() -> Vec<LanguageIdentifier> {
    LOADER.available_languages(&BuiltIn).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder of languages on disk, read as the built-in ones are.
    struct Folder(tempfile::TempDir);

    impl Folder {
        /// The languages of the repository, and `xx` with the texts of docs/languages.md.
        fn with_xx() -> Self {
            let folder = Self(tempfile::tempdir().expect("a folder"));
            for name in BuiltIn::iter() {
                folder.put(&name, &BuiltIn::get(&name).expect("built in").data);
            }
            let page = include_str!("../../docs/languages.md");
            let example = page.split("```ftl\n").nth(1).and_then(|rest| rest.split("```").next());
            // A text without a value is a mistake, which must cost no other text.
            let text = format!("add =\n{}", example.expect("an example"));
            folder.put("xx/aloud.ftl", text.as_bytes());
            folder
        }

        fn put(&self, name: &str, octets: &[u8]) {
            let file = self.0.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, octets).expect("written");
        }
    }

    impl I18nAssets for Folder {
        fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
            fs::read(self.0.path().join(path)).map(Cow::Owned).into_iter().collect()
        }

        fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
            let folders = fs::read_dir(self.0.path()).expect("a folder").flatten();
            let tag = |folder: fs::DirEntry| folder.file_name().to_string_lossy().into_owned();
            Box::new(folders.map(move |folder| format!("{}/aloud.ftl", tag(folder))))
        }
    }

    fn speaking(folder: &Folder, requested: &[&str]) -> FluentLanguageLoader {
        let loader = fluent_language_loader!();
        let requested: Vec<_> = requested.iter().map(|tag| tag.parse().expect("a tag")).collect();
        load(&loader, folder, &requested);
        loader
    }

    #[test]
    fn fills_in_and_counts() {
        assert_eq!(fl!("list-new", count = 5), "5 new");
        assert_eq!(fl!("pages", count = 1_u32), "1 page");
        assert_eq!(fl!("sync-up-to-date", time = "09:43"), "Up to date · 09:43");
        assert_eq!(word!("close")(), "Close");
    }

    #[test]
    fn a_folder_is_a_language_and_english_stands_behind_each_text() {
        let folder = Folder::with_xx();
        let pages = |loader: &FluentLanguageLoader, count: u32| {
            loader.get_args("pages", [("count", count)].into())
        };
        for wanted in [&["xx"][..], &["xx-KX"], &["fr-CA", "xx", "en"]] {
            let loader = speaking(&folder, wanted);
            assert_eq!(loader.get("close"), "Zu", "{wanted:?}");
            assert_eq!(
                (pages(&loader, 1), pages(&loader, 2)),
                ("1 Blatt".into(), "2 Blätter".into())
            );
            // A text that is not translated, with its argument; one whose translation is broken.
            let at = [("time", "09:43")].into();
            assert_eq!(loader.get_args("sync-up-to-date", at), "Up to date · 09:43");
            assert_eq!(loader.get("add"), "Add", "{wanted:?}");
        }
    }

    #[test]
    fn a_language_that_is_not_there_is_english() {
        let folder = Folder::with_xx();
        for wanted in [&[][..], &["fr"], &["en-US", "xx"]] {
            assert_eq!(speaking(&folder, wanted).get("close"), "Close", "{wanted:?}");
        }
    }

    #[test]
    fn the_order_of_a_date_and_its_marks_are_those_of_the_language() {
        let loader = speaking(&Folder::with_xx(), &["xx"]);
        let month = loader.get_args("month", [("count", 10)].into());
        let date = [("day", "3"), ("month", month.as_str()), ("year", "2024")].into();
        assert_eq!(loader.get_args("date-year", date), "3. Oktober 2024");
        assert_eq!(loader.get("decimal-mark"), ",");
    }
}
