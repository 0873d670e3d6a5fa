//! A line of tokens with a field behind them: recipients and where the next one is typed.
//!
//! Tokens wrap; the field fills the rest of its line. The field is the first child whatever the
//! number of tokens, so that it keeps its focus when one is added or removed. A press anywhere in
//! the line gives the focus to the field.

use iced::{
    Element, Event, Length, Point, Rectangle, Renderer, Size, Theme, Vector,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse, overlay, renderer,
        widget::{Operation, tree::Tree},
    },
    touch,
};

use super::{El, focus};

const ACROSS: f32 = 8.0;
const DOWN: f32 = 6.0;

/// Tokens and a field.
pub struct Tokens<'a, M> {
    /// The field, then the tokens.
    children: Vec<El<'a, M>>,
    line: f32,
    least: f32,
}

/// Tokens and a field, in lines of one height; the field is at least `least` wide.
pub fn tokens<'a, M>(
    field: impl Into<El<'a, M>>,
    tokens: Vec<El<'a, M>>,
    line: f32,
    least: f32,
) -> Tokens<'a, M> {
    let mut children = vec![field.into()];
    children.extend(tokens);
    Tokens { children, line, least }
}

impl<M> Widget<M, Theme, Renderer> for Tokens<'_, M> {
    fn children(&self) -> Vec<Tree> {
        self.children.iter().map(Tree::new).collect()
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&self.children);
    }

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Shrink)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let width = limits.max().width;
        let (mut x, mut y) = (0.0, 0.0);
        let mut nodes = Vec::new();
        let mut all = self.children.iter_mut().zip(&mut tree.children);
        let field = all.next();
        for (token, tree) in all {
            let most = layout::Limits::new(Size::ZERO, Size::new(width, self.line));
            let node = token.as_widget_mut().layout(tree, renderer, &most);
            let size = node.size();
            if x > 0.0 && x + size.width > width {
                (x, y) = (0.0, y + self.line + DOWN);
            }
            nodes.push(node.move_to(Point::new(x, y + (self.line - size.height) / 2.0)));
            x += size.width + ACROSS;
        }
        if x > 0.0 && x + self.least > width {
            (x, y) = (0.0, y + self.line + DOWN);
        }
        if let Some((field, tree)) = field {
            let most = layout::Limits::new(Size::ZERO, Size::new((width - x).max(0.0), self.line));
            let node = field.as_widget_mut().layout(tree, renderer, &most);
            let down = (self.line - node.size().height) / 2.0;
            nodes.insert(0, node.move_to(Point::new(x, y + down)));
        }
        layout::Node::with_children(Size::new(width, y + self.line), nodes)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.container(None, layout.bounds());
        operation.traverse(&mut |operation| {
            let mut all: Vec<_> =
                self.children.iter_mut().zip(&mut tree.children).zip(layout.children()).collect();
            // As they are seen: the field comes after the tokens.
            if !all.is_empty() {
                all.rotate_left(1);
            }
            for ((child, tree), layout) in all {
                child.as_widget_mut().operate(tree, layout, renderer, operation);
            }
        });
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
        viewport: &Rectangle,
    ) {
        let all = self.children.iter_mut().zip(&mut tree.children).zip(layout.children());
        for ((child, tree), layout) in all {
            child
                .as_widget_mut()
                .update(tree, event, layout, cursor, renderer, clipboard, shell, viewport);
        }
        let pressed = matches!(
            event,
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
                | Event::Touch(touch::Event::FingerPressed { .. })
        );
        if pressed
            && cursor.is_over(layout.bounds())
            && let Some((child, (tree, layout))) = self
                .children
                .first_mut()
                .zip(tree.children.first_mut().zip(layout.children().next()))
        {
            child.as_widget_mut().operate(tree, layout, renderer, &mut focus::Give::default());
            shell.capture_event();
            shell.request_redraw();
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let all = self.children.iter().zip(&tree.children).zip(layout.children());
        for ((child, tree), layout) in all {
            child.as_widget().draw(tree, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let all = self.children.iter().zip(&tree.children).zip(layout.children());
        all.map(|((child, tree), layout)| {
            child.as_widget().mouse_interaction(tree, layout, cursor, viewport, renderer)
        })
        .max()
        .unwrap_or_default()
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, Renderer>> {
        overlay::from_children(&mut self.children, tree, layout, renderer, viewport, translation)
    }
}

impl<'a, M: 'a> From<Tokens<'a, M>> for Element<'a, M> {
    fn from(tokens: Tokens<'a, M>) -> Self {
        Self::new(tokens)
    }
}
