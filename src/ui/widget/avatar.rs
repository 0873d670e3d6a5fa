//! Faces: a photo cut to a circle, initials on a hashed colour, or an icon.

use iced::{
    Length,
    widget::{container, image},
};

use super::El;
use crate::ui::theme::{Icon, Look, SEMIBOLD, icon, radius, style};

/// Who is shown.
#[derive(Debug, Clone)]
pub enum Avatar<'a> {
    /// A decoded photo, already round (see `faces`).
    Photo(&'a image::Handle),
    /// Initials of a name, coloured by an address.
    Initials {
        /// The name.
        name: &'a str,
        /// What chooses the colour: the address, else the name.
        address: &'a str,
    },
    /// An outside caller.
    Caller,
    /// Another icon (delivery report).
    Symbol(Icon),
    /// A check, when several are selected.
    Checked,
}

/// Draws a face of the given size.
pub fn avatar<'a, M: 'a>(look: Look, who: Avatar<'_>, size: f32) -> El<'a, M> {
    let c = look.c;
    let round = |fill| move |_: &iced::Theme| style::boxed(fill, None, radius::FULL);
    let centred =
        |content: El<'a, M>| container(content).center(Length::Fill).width(size).height(size);
    let glyph = (size * 0.5).round();
    match who {
        Avatar::Photo(handle) => image(handle.clone()).width(size).height(size).into(),
        Avatar::Initials { name, address } => {
            let (fill, color) = c.avatar(if address.is_empty() { name } else { address });
            let text = iced::widget::text(initials(name))
                .size((size * 0.36).round())
                .font(SEMIBOLD)
                .color(color);
            centred(text.into()).style(round(fill)).into()
        }
        Avatar::Caller => {
            centred(icon(Icon::Phone, glyph, c.text_2).into()).style(round(c.selected_idle)).into()
        }
        Avatar::Symbol(mark) => {
            centred(icon(mark, glyph, c.text_2).into()).style(round(c.selected_idle)).into()
        }
        Avatar::Checked => {
            centred(icon(Icon::Check, glyph, c.on_accent).into()).style(round(c.accent)).into()
        }
    }
}

/// `TO` of "Tomás Ortega"; titles do not count, one word gives one letter or two.
#[must_use]
pub fn initials(name: &str) -> String {
    const TITLES: [&str; 7] = ["dr", "prof", "mr", "mrs", "ms", "mx", "sir"];
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '@' | '_' | '-' | ','))
        .filter(|w| w.chars().next().is_some_and(char::is_alphanumeric))
        .filter(|w| !TITLES.contains(&w.to_lowercase().as_str()))
        .collect();
    let first = |w: &&str| w.chars().next();
    let letters: String = match words.as_slice() {
        [] => "?".into(),
        [one] => one.chars().take(1).collect(),
        // A hyphenated first name counts once: "Mei-Ling Zhou" is MZ.
        [one, .., last] => first(one).into_iter().chain(first(last)).collect(),
    };
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_people_and_firms() {
        for (name, expected) in [
            ("Tomás Ortega", "TO"),
            ("Mei-Ling Zhou", "MZ"),
            ("Dr Amara Okafor", "AO"),
            ("Harrow Freight", "HF"),
            ("ада", "А"),
            ("", "?"),
            ("ops@example.com", "OC"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
