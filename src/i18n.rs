//! Words for people, from the Fluent files in `i18n/<language>/`.
//!
//! English is complete, built in, and the fallback. Identifiers are checked by `tests/ui`: every
//! one used exists, every one defined is used. A missing one shows its own name, never nothing.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// The English files, by name.
pub const ENGLISH: [(&str, &str); 1] = [("aloud.ftl", include_str!("../i18n/en/aloud.ftl"))];

static BUNDLE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let english: LanguageIdentifier = "en-GB".parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![english]);
    // Isolation marks show as boxes in fonts without them, and Inter is one.
    bundle.set_use_isolating(false);
    for (name, text) in ENGLISH {
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, errors)| {
            tracing::error!(name, ?errors, "a language file has errors");
            rest
        });
        bundle.add_resource_overriding(resource);
    }
    bundle
});

fn format(id: &str, args: Option<&FluentArgs<'_>>) -> String {
    let Some(pattern) = BUNDLE.get_message(id).and_then(|m| m.value()) else {
        tracing::error!(id, "no such text");
        return id.to_owned();
    };
    let mut errors = Vec::new();
    let text = BUNDLE.format_pattern(pattern, args, &mut errors);
    if !errors.is_empty() {
        tracing::error!(id, ?errors, "a text lacks something");
    }
    text.into_owned()
}

/// The text with this identifier.
#[must_use]
pub fn t(id: &str) -> String {
    format(id, None)
}

/// The text with this identifier, filled in.
#[must_use]
pub fn tf(id: &str, args: &[(&str, &str)]) -> String {
    let args: FluentArgs<'_> =
        args.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
    format(id, Some(&args))
}

/// The text with this identifier for a number (`$count`, which chooses the plural), filled in.
#[must_use]
pub fn tn(id: &str, count: usize, args: &[(&str, &str)]) -> String {
    let mut all: FluentArgs<'_> =
        args.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
    all.set("count", FluentValue::from(count));
    format(id, Some(&all))
}

/// Every identifier of the English files, in order, with the file it is in.
#[must_use]
pub fn identifiers() -> Vec<(&'static str, String)> {
    ENGLISH
        .iter()
        .flat_map(|(file, text)| {
            text.lines()
                .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
                .filter_map(|line| line.split_once(" =").or_else(|| line.split_once('=')))
                .map(|(id, _)| (*file, id.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_parse_and_name_nothing_twice() {
        let mut seen = std::collections::HashSet::new();
        for (file, text) in ENGLISH {
            if let Err((_, errors)) = FluentResource::try_new(text.to_owned()) {
                panic!("{file}: {errors:?}");
            }
        }
        for (file, id) in identifiers() {
            assert!(seen.insert(id.clone()), "{file}: {id} is there twice");
        }
    }

    #[test]
    fn fills_in_and_counts() {
        assert_eq!(tn("list-new", 5, &[]), "5 new");
        assert_eq!(tf("sync-up-to-date", &[("time", "09:43")]), "Up to date · 09:43");
        assert_eq!(t("no-such-id"), "no-such-id");
    }
}
