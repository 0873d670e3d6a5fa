//! One line of text that ends in "…" where it does not fit. iced has none.

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

/// A line that is cut where it does not fit.
pub struct Ellipsis {
    content: String,
    size: f32,
    line: f32,
    font: Font,
    color: Option<Color>,
    width: Length,
}

/// A line in a step of the type scale.
pub fn ellipsis(look: Look, step: Type, content: impl Into<String>) -> Ellipsis {
    // A line break inside would make the paragraph higher than its row.
    let content: String = content.into();
    let content = if content.contains(['\n', '\r', '\t']) {
        content.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        content
    };
    Ellipsis {
        content,
        size: look.size(step),
        line: look.line(step),
        font: step.font(),
        color: None,
        width: Length::Fill,
    }
}

impl Ellipsis {
    /// Another weight.
    #[must_use]
    pub fn font(mut self, font: Font) -> Self {
        self.font = font;
        self
    }

    /// A colour of its own.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// `Fill` by default; `Shrink` takes only what it needs.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }

    fn paragraph(&self, content: &str) -> Paragraph {
        Paragraph::with_text(Text {
            content,
            bounds: Size::INFINITE,
            size: Pixels(self.size),
            line_height: LineHeight::Absolute(Pixels(self.line)),
            font: self.font,
            align_x: Alignment::Default,
            align_y: alignment::Vertical::Top,
            shaping: Shaping::Advanced,
            wrapping: Wrapping::None,
        })
    }

    fn cut(&self, limit: f32) -> Paragraph {
        let whole = self.paragraph(&self.content);
        if whole.min_width() <= limit + 0.5 {
            return whole;
        }
        // Only the first few hundred characters can ever be visible.
        let ends: Vec<usize> = self.content.char_indices().map(|(at, _)| at).take(400).collect();
        let (mut low, mut high) = (0, ends.len());
        let mut best = self.paragraph("…");
        while low < high {
            let middle = usize::midpoint(low, high);
            let end = ends.get(middle).copied().unwrap_or_default();
            let text = format!("{}…", self.content.get(..end).unwrap_or_default().trim_end());
            let candidate = self.paragraph(&text);
            if candidate.min_width() <= limit {
                best = candidate;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        best
    }
}

#[derive(Default)]
struct State {
    content: String,
    limit: f32,
    size: f32,
    font: Option<Font>,
    paragraph: Paragraph,
}

impl<M> Widget<M, Theme, Renderer> for Ellipsis {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size { width: self.width, height: Length::Shrink }
    }

    fn layout(&mut self, tree: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        let limit = limits.max().width;
        let state = tree.state.downcast_mut::<State>();
        if state.content != self.content
            || (state.limit - limit).abs() > 0.01
            || (state.size - self.size).abs() > 0.01
            || state.font != Some(self.font)
        {
            state.paragraph = self.cut(limit);
            state.content.clone_from(&self.content);
            state.limit = limit;
            state.size = self.size;
            state.font = Some(self.font);
        }
        let natural = Size::new(state.paragraph.min_width().ceil(), self.line);
        layout::Node::new(limits.resolve(self.width, Length::Shrink, natural))
    }

    fn operate(
        &mut self,
        _: &mut Tree,
        layout: Layout<'_>,
        _: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.text(None, layout.bounds(), &self.content);
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
        let Some(clip) = bounds.intersection(viewport) else { return };
        let state = tree.state.downcast_ref::<State>();
        renderer.fill_paragraph(
            &state.paragraph,
            Point::new(bounds.x, bounds.y),
            self.color.unwrap_or(style.text_color),
            clip,
        );
    }
}

impl<'a, M: 'a> From<Ellipsis> for Element<'a, M> {
    fn from(ellipsis: Ellipsis) -> Self {
        Self::new(ellipsis)
    }
}
