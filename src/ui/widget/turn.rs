//! Tab goes from one control to the next while the event is handled, so that a key that arrives
//! right after it goes to where Tab led.

use iced::{
    Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse, overlay, renderer,
        widget::{Id, Operation, tree::Tree},
    },
    keyboard::{self, Key, key::Named},
};

use super::{El, focus};

/// Where Tab leads: see [`focus::cycle`].
#[derive(Debug, Clone)]
pub struct Turn {
    /// The container that it stays inside.
    pub scope: Option<Id>,
    /// Those of the container that come first.
    pub first: &'static [&'static str],
    /// It enters the container from nowhere.
    pub enter: bool,
}

/// Content that Tab walks.
struct Turning<'a, M> {
    content: El<'a, M>,
    turn: Turn,
}

/// Walks `content` by Tab, unless something in it takes that key.
pub fn turning<'a, M: 'a>(content: impl Into<El<'a, M>>, turn: Turn) -> El<'a, M> {
    Element::new(Turning { content: content.into(), turn })
}

/// Whether a key moves the focus, and whether back.
fn tab(event: &Event) -> Option<bool> {
    match event {
        Event::Keyboard(keyboard::Event::KeyPressed {
            key: Key::Named(Named::Tab),
            modifiers,
            ..
        }) if !modifiers.control() && !modifiers.alt() && !modifiers.logo() => {
            Some(modifiers.shift())
        }
        _ => None,
    }
}

impl<M> Widget<M, Theme, Renderer> for Turning<'_, M> {
    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        self.content.as_widget().size()
    }

    fn size_hint(&self) -> Size<Length> {
        self.content.as_widget().size_hint()
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        self.content.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        self.content.as_widget_mut().operate(&mut tree.children[0], layout, renderer, operation);
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
        let content = self.content.as_widget_mut();
        let tree = &mut tree.children[0];
        content.update(tree, event, layout, cursor, renderer, clipboard, shell, viewport);
        let Some(back) = tab(event).filter(|_| !shell.is_event_captured()) else { return };
        let Turn { scope, first, enter } = self.turn.clone();
        focus::run(Box::new(focus::cycle(scope, first, enter, back)), |operation| {
            content.operate(tree, layout, renderer, operation);
        });
        // The window must not move it once more.
        shell.capture_event();
        shell.request_redraw();
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
        let content = self.content.as_widget();
        content.draw(&tree.children[0], renderer, theme, style, layout, cursor, viewport);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let content = self.content.as_widget();
        content.mouse_interaction(&tree.children[0], layout, cursor, viewport, renderer)
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, Renderer>> {
        let content = self.content.as_widget_mut();
        content.overlay(&mut tree.children[0], layout, renderer, viewport, translation)
    }
}
