//! Texts from the Fluent files `i18n/<language>/aloud.ftl`, which are built in.
//!
//! [`fl!`] is the only way to one: identifiers and arguments are checked against English at compile
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
    use super::*;

    /// Languages in memory: English, and one that has a single text.
    struct Shelf;

    impl I18nAssets for Shelf {
        fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
            match path {
                "en/aloud.ftl" => BuiltIn::get(path).into_iter().map(|file| file.data).collect(),
                "tlh/aloud.ftl" => vec![Cow::Borrowed(b"pages = { $count } nav\n")],
                _ => Vec::new(),
            }
        }

        fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
            Box::new(["en/aloud.ftl", "tlh/aloud.ftl"].into_iter().map(str::to_owned))
        }
    }

    fn speaking(requested: &[&str]) -> FluentLanguageLoader {
        let loader = fluent_language_loader!();
        let requested: Vec<_> = requested.iter().map(|tag| tag.parse().expect("a tag")).collect();
        load(&loader, &Shelf, &requested);
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
    fn a_folder_is_a_language_and_english_stands_behind_it() {
        for wanted in [&["tlh"][..], &["tlh-KX"], &["fr-CA", "tlh", "en"]] {
            let loader = speaking(wanted);
            assert_eq!(loader.get_args("pages", [("count", 2)].into()), "2 nav", "{wanted:?}");
            assert_eq!(loader.get("close"), "Close", "{wanted:?}");
        }
    }

    #[test]
    fn a_language_that_is_not_there_is_english() {
        for wanted in [&[][..], &["fr"], &["en-US", "tlh"]] {
            let loader = speaking(wanted);
            assert_eq!(loader.get_args("pages", [("count", 2)].into()), "2 pages", "{wanted:?}");
        }
    }
}
