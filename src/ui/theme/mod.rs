//! Colours, type, space and the looks of plain widgets, from one set of tokens.
//!
//! A view gets a [`Look`] and reads every colour and size from it; iced's own theme only carries
//! the same colours for widgets that nobody styled.

pub mod icons;
pub mod style;
pub mod tokens;

use iced::{Color, Font, Theme, font::Weight, theme::Palette, widget::text};
pub use icons::{Icon, icon};
pub use tokens::{DARK, LIGHT, Tokens};

/// Radius: badges and checks; buttons and fields; rows, bars and toasts; cards and dialogs; pills.
pub mod radius {
    #![allow(missing_docs)]
    pub const BADGE: f32 = 4.0;
    pub const CONTROL: f32 = 6.0;
    pub const ROW: f32 = 8.0;
    pub const CARD: f32 = 12.0;
    pub const FULL: f32 = 999.0;
}

/// Inter, in the three weights used; the files are built in (OFL 1.1, see `assets/fonts`).
pub const FONTS: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/Inter-Regular.ttf"),
    include_bytes!("../../../assets/fonts/Inter-Medium.ttf"),
    include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf"),
];

/// 400.
pub const REGULAR: Font = Font::with_name("Inter");
/// 500.
pub const MEDIUM: Font = Font { weight: Weight::Medium, ..REGULAR };
/// 600.
pub const SEMIBOLD: Font = Font { weight: Weight::Semibold, ..REGULAR };

/// A step of the type scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// 28/36, 600: welcome title, recorder clock.
    Display,
    /// 24/32, 600: a person's name.
    Name,
    /// 20/28, 600: subject, dialog and page titles.
    Title,
    /// 15/22, 600: pane title, empty-state title.
    Heading,
    /// 14/22, 400: transcript, mail text.
    Body,
    /// 13/18: rows, buttons, fields.
    Ui,
    /// 12/16: times, hints, second lines.
    Small,
    /// 11/14, 500: badges, key caps.
    Micro,
}

impl Type {
    /// Size and line height at 100 %.
    #[must_use]
    pub const fn metrics(self) -> (f32, f32) {
        match self {
            Self::Display => (28.0, 36.0),
            Self::Name => (24.0, 32.0),
            Self::Title => (20.0, 28.0),
            Self::Heading => (15.0, 22.0),
            Self::Body => (14.0, 22.0),
            Self::Ui => (13.0, 18.0),
            Self::Small => (12.0, 16.0),
            Self::Micro => (11.0, 14.0),
        }
    }

    /// The weight it has unless a caller says otherwise.
    #[must_use]
    pub const fn font(self) -> Font {
        match self {
            Self::Display | Self::Name | Self::Title | Self::Heading => SEMIBOLD,
            Self::Body | Self::Ui | Self::Small => REGULAR,
            Self::Micro => MEDIUM,
        }
    }
}

/// What every view needs to look right: the colours, the text size and whether things may move.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The colours.
    pub c: &'static Tokens,
    /// Text size as a factor: 0.9, 1.0, 1.15, 1.3, 1.5.
    pub scale: f32,
    /// Nothing moves but what must.
    pub reduced_motion: bool,
}

impl Look {
    /// A look at 100 %.
    #[must_use]
    pub const fn new(dark: bool) -> Self {
        Self { c: if dark { &DARK } else { &LIGHT }, scale: 1.0, reduced_motion: false }
    }

    /// Text in its step's weight and the text colour of its surroundings.
    #[must_use]
    pub fn text<'a>(
        self,
        step: Type,
        content: impl text::IntoFragment<'a>,
    ) -> iced::widget::Text<'a> {
        let (size, line) = step.metrics();
        iced::widget::text(content)
            .size(size * self.scale)
            .line_height(text::LineHeight::Absolute((line * self.scale).into()))
            .font(step.font())
    }

    /// The size of a step, scaled.
    #[must_use]
    pub fn size(self, step: Type) -> f32 {
        step.metrics().0 * self.scale
    }

    /// The line height of a step, scaled.
    #[must_use]
    pub fn line(self, step: Type) -> f32 {
        step.metrics().1 * self.scale
    }

    /// A height made for text (rows, buttons, fields), scaled.
    #[must_use]
    pub fn height(self, at_100: f32) -> f32 {
        (at_100 * self.scale).round()
    }

    /// iced's theme with these colours.
    #[must_use]
    pub fn theme(self) -> Theme {
        let c = self.c;
        let palette = Palette {
            background: c.reading,
            text: c.text,
            primary: c.accent,
            success: c.ok,
            warning: c.warn,
            danger: c.danger,
        };
        Theme::custom(if c.dark { "Aloud dark" } else { "Aloud light" }, palette)
    }
}

/// Which theme the user chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The text sizes on offer, in percent.
pub const TEXT_SIZES: [u16; 5] = [90, 100, 115, 130, 150];

/// A colour at another opacity.
#[must_use]
pub fn fade(color: Color, alpha: f32) -> Color {
    Color { a: color.a * alpha, ..color }
}
