//! The recording level: 13 cells, 9 good, 2 high, 2 clipping, always with a word.

use iced::{
    Alignment, Border,
    widget::{Space, container, row},
};

use super::El;
use crate::ui::theme::{Look, Type, fade, style};

const GOOD: usize = 9;
const HIGH: usize = 2;
const CELLS: usize = 13;

/// Cells lit at a peak of 0.0 to 1.0: 4 dB a cell below -6 dB, then 2 dB.
#[must_use]
pub fn cells(level: f32) -> usize {
    /// Lower edge of each cell in dB of full scale.
    const EDGES: [f32; CELLS] =
        [-42.0, -38.0, -34.0, -30.0, -26.0, -22.0, -18.0, -14.0, -10.0, -6.0, -4.0, -2.0, -0.5];
    let db = 20.0 * level.max(1e-5).log10();
    EDGES.iter().filter(|edge| db >= **edge).count()
}

/// The word for a level: its text and whether it is a warning.
#[must_use]
pub fn word(level: f32, silent: bool) -> (String, bool) {
    match cells(level) {
        _ if silent => (fl!("level-none"), true),
        0..=5 => (fl!("level-quiet"), false),
        6..=11 => (fl!("level-good"), false),
        _ => (fl!("level-loud"), true),
    }
}

/// Draws the meter with its word. `silent` is the recorder's "no sound at all for 2 s".
pub fn meter<'a, M: 'a>(look: Look, level: f32, silent: bool) -> El<'a, M> {
    let c = look.c;
    let lit = cells(level);
    let mut line = row![].spacing(3).align_y(Alignment::Center);
    for cell in 0..CELLS {
        let on = cell < lit;
        let (color, outline) = match cell {
            n if n < GOOD => (c.ok, false),
            n if n < GOOD + HIGH => (c.warn, false),
            _ => (c.rec, true),
        };
        line = line.push(container(Space::new().width(10).height(8)).style(move |_| {
            let mut cell = style::area(if on {
                color
            } else if outline {
                fade(c.border, 0.0)
            } else {
                c.border
            });
            cell.border = Border {
                color: c.border_strong,
                width: if outline && !on { 1.0 } else { 0.0 },
                radius: 2.0.into(),
            };
            cell
        }));
    }
    let (word, warn) = word(level, silent);
    row![line, look.text(Type::Small, word).color(if warn { c.danger } else { c.text_2 })]
        .spacing(10)
        .align_y(Alignment::Center)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_lights_cells_and_has_a_word() {
        assert_eq!(cells(0.0), 0);
        assert_eq!(cells(1.0), 13);
        assert_eq!(word(0.2, false), (fl!("level-good"), false));
        assert_eq!(word(0.01, false), (fl!("level-quiet"), false));
        assert_eq!(word(0.99, false), (fl!("level-loud"), true));
        assert_eq!(word(0.0, true), (fl!("level-none"), true));
    }
}
