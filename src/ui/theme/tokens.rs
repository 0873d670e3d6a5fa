//! The palette: one table with a light and a dark value for each colour.

use iced::Color;

const fn rgb(hex: u32) -> Color {
    // Truncation is the point: one octet a channel.
    #[allow(clippy::cast_possible_truncation)]
    Color::from_rgb8((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

macro_rules! tokens {
    ($($name:ident $light:literal $dark:literal $doc:literal;)*) => {
        /// Every colour of the window. Nothing else names a colour.
        #[derive(Debug, PartialEq)]
        pub struct Tokens {
            /// Whether this is the dark set.
            pub dark: bool,
            $(#[doc = $doc] pub $name: Color,)*
        }

        /// Light.
        pub static LIGHT: Tokens = Tokens { dark: false, $($name: rgb($light),)* };
        /// Dark.
        pub static DARK: Tokens = Tokens { dark: true, $($name: rgb($dark),)* };

        impl Tokens {
            /// A colour by its name, for tables and tests.
            #[must_use]
            pub fn named(&self, name: &str) -> Option<Color> {
                match name {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

tokens! {
    sidebar        0xEDF1F0 0x101615 "Sidebar, rail, viewer backdrop.";
    list           0xF7F9F8 0x151C1B "Message list, first run.";
    reading        0xFFFFFF 0x1A2221 "Reading pane, text fields.";
    card           0xF4F7F6 0x202928 "Player, neutral bars, inset areas.";
    raised         0xFFFFFF 0x27312F "Dialogs, popovers, composer.";
    hover          0xE4EAE8 0x1F2827 "Hover on ghost, outline, rows.";
    selected       0xD3E9E7 0x17403F "Selected row in the focused pane.";
    selected_idle  0xE2E9E7 0x26302F "Selected row in an unfocused pane.";
    border         0xDAE2DF 0x2D3836 "Hairlines (decorative).";
    border_strong  0x7F8D8A 0x71827E "Outlines of controls.";
    text           0x15201E 0xE6EDEB "Primary text.";
    text_2         0x465452 0xAEBBB8 "Secondary text, icons.";
    text_3         0x5A6865 0x99A7A4 "Hints, times, disabled labels.";
    accent         0x0A6A6F 0x4EC4BF "Action, played part, focus ring, unheard dot.";
    accent_hover   0x08585C 0x6CD2CD "Filled button under the pointer.";
    accent_pressed 0x06484C 0x37AAA5 "Filled button, pressed.";
    accent_soft    0xDCEFED 0x143A39 "Tonal button, prompt bar.";
    on_accent      0xFFFFFF 0x04211F "On accent.";
    wave_idle      0x82908D 0x6C7C79 "Waveform not yet played.";
    rec            0xC4302B 0xFF6F66 "Recording.";
    rec_soft       0xFBE7E4 0x3B201E "Recording, quiet fill.";
    on_rec         0xFFFFFF 0x2A0503 "On recording.";
    danger         0xAE241C 0xFF9088 "Errors, failed, high importance.";
    danger_soft    0xFBE7E4 0x3B201E "Error fill.";
    warn           0x7E4B00 0xF0BE6C "Warnings.";
    warn_soft      0xFBF0DA 0x332910 "Warning fill.";
    warn_border    0xE2C48D 0x5C4A1F "Warning outline.";
    ok             0x1B663A 0x80D49A "Success.";
    ok_soft        0xE0F1E6 0x16301F "Success fill.";
    fax            0x62479A 0xBBA9F2 "Fax kind.";
    fax_soft       0xECE7F7 0x2B2540 "Fax fill.";
    toast          0x1B2826 0x34413E "Toast fill.";
    on_toast       0xFFFFFF 0xF2F6F5 "Toast text.";
    toast_border   0x1B2826 0x71827E "Toast outline.";
}

/// Avatar initials: background and text, light; background and text, dark.
const AVATARS: [[u32; 4]; 6] = [
    [0xDCEBF7, 0x1C4F78, 0x1D3546, 0xA9D2F2],
    [0xE8E2F6, 0x523D8C, 0x2F2845, 0xC4B5F3],
    [0xF8E3DC, 0x8A3E1F, 0x43291F, 0xF2B79F],
    [0xDDF0E2, 0x1D6237, 0x1D3626, 0x96DAAB],
    [0xF6E9CB, 0x6E4B00, 0x3B3015, 0xEAC87E],
    [0xF7DFE8, 0x8B2A54, 0x42222F, 0xF3AECA],
];

impl Tokens {
    /// Background and text of the initials of an address, chosen by its hash (FNV-1a, so that it
    /// never changes between versions).
    #[must_use]
    pub fn avatar(&self, address: &str) -> (Color, Color) {
        let hash = address.bytes().fold(0x811c_9dc5_u32, |h, b| {
            (h ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
        });
        // FNV's low bits alone spread badly over short, similar addresses.
        let spread = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
        let [light, on_light, dark, on_dark] = AVATARS[(spread >> 16) as usize % AVATARS.len()];
        if self.dark { (rgb(dark), rgb(on_dark)) } else { (rgb(light), rgb(on_light)) }
    }

    /// Behind dialogs.
    #[must_use]
    pub fn scrim(&self) -> Color {
        if self.dark {
            Color { a: 0.66, ..rgb(0x04_0808) }
        } else {
            Color { a: 0.45, ..rgb(0x10_1C1A) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of docs/design.md 2 with the contrast they need.
    const PAIRS: &[(&str, &[&str], f32)] = &[
        ("text", &["reading", "list", "sidebar", "card", "raised", "selected"], 4.5),
        ("text_2", &["reading", "list", "sidebar", "card", "raised", "selected"], 4.5),
        ("text_2", &["accent_soft", "warn_soft", "danger_soft"], 4.5),
        ("text_3", &["reading", "list", "sidebar", "card", "raised", "selected"], 4.5),
        ("accent", &["reading", "list", "sidebar", "accent_soft", "selected"], 4.5),
        ("on_accent", &["accent", "accent_hover", "accent_pressed"], 4.5),
        ("on_rec", &["rec"], 4.5),
        ("danger", &["reading", "danger_soft", "selected"], 4.5),
        ("warn", &["warn_soft", "sidebar"], 4.5),
        ("ok", &["reading", "ok_soft"], 4.5),
        ("fax", &["list", "selected"], 4.5),
        ("on_toast", &["toast"], 4.5),
        ("border_strong", &["reading", "card", "sidebar"], 3.0),
        ("wave_idle", &["card"], 3.0),
        ("rec", &["card"], 3.0),
        ("accent", &["card"], 3.0),
    ];

    fn luminance(c: Color) -> f32 {
        let f = |v: f32| if v <= 0.03928 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        0.2126 * f(c.r) + 0.7152 * f(c.g) + 0.0722 * f(c.b)
    }

    fn contrast(a: Color, b: Color) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_pair_is_readable() {
        for tokens in [&LIGHT, &DARK] {
            for (fore, backs, needed) in PAIRS {
                for back in *backs {
                    let (f, b) = (tokens.named(fore), tokens.named(back));
                    let ratio = contrast(f.expect(fore), b.expect(back));
                    assert!(ratio >= *needed, "{fore} on {back}, dark {}: {ratio}", tokens.dark);
                }
            }
        }
        // Two values of the table, as a check of the arithmetic.
        assert!((contrast(LIGHT.text, LIGHT.reading) - 16.70).abs() < 0.01);
        assert!((contrast(DARK.accent, DARK.selected) - 5.42).abs() < 0.01);
    }

    #[test]
    fn initials_are_readable_and_stable() {
        for [light, on_light, dark, on_dark] in AVATARS {
            assert!(contrast(rgb(light), rgb(on_light)) >= 4.5);
            assert!(contrast(rgb(dark), rgb(on_dark)) >= 4.5);
        }
        assert_eq!(LIGHT.avatar("Ada@example.com"), LIGHT.avatar("ada@example.com"));
        let mut seen: Vec<Color> = Vec::new();
        for person in 0..24 {
            let (fill, _) = LIGHT.avatar(&format!("{}@example.com", 4400 + person));
            if !seen.contains(&fill) {
                seen.push(fill);
            }
        }
        assert_eq!(seen.len(), AVATARS.len(), "every colour is used");
    }
}
