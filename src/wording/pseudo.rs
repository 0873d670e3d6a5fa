//! A language made of English: every letter accented, every text 40 per cent longer.
//!
//! Tests draw the window in it. A text that did not come through [`fl!`] stands out by its plain
//! letters, and one that has no room grows out of it. Never part of the program.

use std::{borrow::Cow, cell::Cell, sync::LazyLock};

use i18n_embed::fluent::FluentLanguageLoader;

thread_local! {
    static SPOKEN: Cell<bool> = const { Cell::new(false) };
}

const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// The letters that it has for those of English, in the same order.
pub const ACCENTED: &str = "áƀçđéƒĝĥíĵķļɱñóþɋŕšţúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶĻḾÑÓÞɊŔŠŢÚṼŴẊÝŽ";

/// English with [`accented`] over all text that is not an argument.
pub(super) static LOADER: LazyLock<FluentLanguageLoader> = LazyLock::new(|| {
    let loader = super::fluent::english();
    loader.with_bundles_mut(|bundle| bundle.set_transform(Some(accented)));
    loader
});

/// True inside [`spoken`] on this thread.
pub(super) fn is_spoken() -> bool {
    SPOKEN.get()
}

/// Runs `act` with the pseudo-language spoken on this thread.
pub fn spoken<T>(act: impl FnOnce() -> T) -> T {
    struct Until(bool);
    impl Drop for Until {
        fn drop(&mut self) {
            SPOKEN.set(self.0);
        }
    }
    let _until = Until(SPOKEN.replace(true));
    act()
}

/// Puts an accent on each letter and repeats two letters of five.
fn accented(text: &str) -> Cow<'_, str> {
    let mut long = String::with_capacity(text.len() * 3);
    let mut fifths = 2;
    for letter in text.chars() {
        let Some(at) = PLAIN.chars().position(|plain| plain == letter) else {
            long.push(letter);
            continue;
        };
        let letter = ACCENTED.chars().nth(at).unwrap_or(letter);
        long.push(letter);
        fifths += 2;
        if fifths >= 5 {
            fifths -= 5;
            long.push(letter);
        }
    }
    Cow::Owned(long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_change_and_arguments_stay() {
        assert_eq!(spoken(|| fl!("close")), "Çļļóššé");
        assert_eq!(fl!("close"), "Close");
        let text = spoken(|| fl!("reader-to-many", names = "Ann", count = 3));
        assert!(text.contains(" Ann ") && text.contains(" 3 "), "{text}");
        assert!(!text.replace("Ann", "").contains(|c: char| c.is_ascii_alphabetic()), "{text}");
    }

    #[test]
    fn a_text_grows_by_two_fifths() {
        for text in ["Send", "Mark as unheard", "Nothing leaves this computer."] {
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            let grown = accented(text).chars().count() - text.chars().count();
            assert!(
                grown * 5 >= letters * 2 - 4 && grown * 5 <= letters * 2 + 4,
                "{text}: {grown}"
            );
        }
    }
}
