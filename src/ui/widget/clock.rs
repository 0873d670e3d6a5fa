//! A running time in cells of one width. Inter's digits differ in width and iced has no font
//! features, so a plain text would jitter.

use iced::{
    Color, Element, Font, Length, Pixels, Point, Rectangle, Renderer, Size, Theme,
    advanced::{
        Layout, Widget, layout, mouse, renderer,
        text::{Paragraph as _, Renderer as _, Text},
        widget::{
            Operation,
            tree::{self, Tree},
        },
    },
    alignment,
    widget::text::{Alignment, LineHeight, Shaping, Wrapping},
};

use crate::ui::theme::{Look, Type};

type Paragraph = <Renderer as iced::advanced::text::Renderer>::Paragraph;

/// Digits in cells as wide as "0".
pub struct Clock {
    text: String,
    size: f32,
    line: f32,
    font: Font,
    color: Option<Color>,
}

/// A time such as `0:13` or `−0:21` in a step of the type scale.
pub fn clock(look: Look, step: Type, text: impl Into<String>) -> Clock {
    Clock {
        text: text.into(),
        size: look.size(step),
        line: look.line(step),
        font: step.font(),
        color: None,
    }
}

impl Clock {
    /// A colour of its own.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// Another weight.
    #[must_use]
    pub fn font(mut self, font: Font) -> Self {
        self.font = font;
        self
    }

    fn glyph(&self, c: &str) -> Paragraph {
        Paragraph::with_text(Text {
            content: c,
            bounds: Size::INFINITE,
            size: Pixels(self.size),
            line_height: LineHeight::Absolute(Pixels(self.line)),
            font: self.font,
            align_x: Alignment::Default,
            align_y: alignment::Vertical::Top,
            shaping: Shaping::Basic,
            wrapping: Wrapping::None,
        })
    }
}

#[derive(Default)]
struct State {
    key: Option<(String, Font, u32)>,
    /// Each glyph with its left edge.
    glyphs: Vec<(f32, Paragraph)>,
    width: f32,
}

impl<M> Widget<M, Theme, Renderer> for Clock {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size { width: Length::Shrink, height: Length::Shrink }
    }

    fn layout(&mut self, tree: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        let state = tree.state.downcast_mut::<State>();
        let key = (self.text.clone(), self.font, self.size.to_bits());
        if state.key.as_ref() != Some(&key) {
            let cell = self.glyph("0").min_width();
            let mut x = 0.0;
            state.glyphs = self
                .text
                .chars()
                .map(|c| {
                    let paragraph = self.glyph(c.encode_utf8(&mut [0; 4]));
                    let own = paragraph.min_width();
                    let width = if c.is_ascii_digit() { cell } else { own };
                    let left = x + (width - own) / 2.0;
                    x += width;
                    (left, paragraph)
                })
                .collect();
            state.width = x.ceil();
            state.key = Some(key);
        }
        let natural = Size::new(state.width, self.line);
        layout::Node::new(limits.resolve(Length::Shrink, Length::Shrink, natural))
    }

    fn operate(
        &mut self,
        _: &mut Tree,
        layout: Layout<'_>,
        _: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.text(None, layout.bounds(), &self.text);
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        _: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        _: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let bounds = layout.bounds();
        for (x, paragraph) in &tree.state.downcast_ref::<State>().glyphs {
            renderer.fill_paragraph(
                paragraph,
                Point::new(bounds.x + x, bounds.y),
                self.color.unwrap_or(style.text_color),
                *viewport,
            );
        }
    }
}

impl<'a, M: 'a> From<Clock> for Element<'a, M> {
    fn from(clock: Clock) -> Self {
        Self::new(clock)
    }
}
