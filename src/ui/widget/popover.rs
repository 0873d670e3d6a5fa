//! Popovers and dialogs: layers over the window, never windows of their own.

use iced::{
    Background, Element, Event, Length, Point, Rectangle, Renderer, Size, Theme, Vector,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse,
        overlay::{self, Overlay},
        renderer,
        widget::{Operation, tree::Tree},
    },
    keyboard::{self, Key, key::Named},
    touch,
    widget::{Space, container, mouse_area, opaque},
};

use super::{El, focus};
use crate::ui::{
    id,
    theme::{Look, style},
};

/// Something with a popover that hangs from it while it is open.
pub struct Popover<'a, M> {
    look: Look,
    anchor: El<'a, M>,
    content: El<'a, M>,
    open: bool,
    on_close: Option<M>,
    end: bool,
    past: Option<(f32, f32)>,
    holds: bool,
}

/// Hangs `content` (if any) below `anchor`, or above it where there is no room. A press outside
/// and Esc say `on_close`. While it is open it has the keys: Tab and arrows walk its controls, and
/// nothing behind it sees a key.
pub fn popover<'a, M: Clone + 'a>(
    look: Look,
    anchor: impl Into<El<'a, M>>,
    content: Option<El<'a, M>>,
    on_close: M,
) -> Popover<'a, M> {
    let open = content.is_some();
    let content = content.map_or_else(
        || Space::new().into(),
        |content| container(content).style(move |_| style::popover(look)).into(),
    );
    Popover {
        look,
        anchor: anchor.into(),
        content,
        open,
        on_close: Some(on_close),
        end: false,
        past: None,
        holds: true,
    }
}

impl<M> Popover<'_, M> {
    /// Leaves something free: its left side stands no farther than `right` from the right edge of
    /// the window, and it hangs `drop` lower.
    #[must_use]
    pub fn past(mut self, right: f32, drop: f32) -> Self {
        self.past = Some((right, drop));
        self
    }

    /// Takes no key but Esc: suggestions of a field that goes on typing, a hint under the pointer.
    #[must_use]
    pub fn hint(mut self) -> Self {
        self.holds = false;
        self
    }

    /// Lines up with the right edge of the anchor instead of the left one.
    #[must_use]
    pub fn end(mut self) -> Self {
        self.end = true;
        self
    }
}

impl<'a, M: Clone + 'a> Widget<M, Theme, Renderer> for Popover<'a, M> {
    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.anchor), Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&[self.anchor.as_widget(), self.content.as_widget()]);
    }

    fn size(&self) -> Size<Length> {
        self.anchor.as_widget().size()
    }

    fn size_hint(&self) -> Size<Length> {
        self.anchor.as_widget().size_hint()
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        self.anchor.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        self.anchor.as_widget_mut().operate(&mut tree.children[0], layout, renderer, operation);
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
        self.anchor.as_widget_mut().update(
            &mut tree.children[0],
            event,
            layout,
            cursor,
            renderer,
            clipboard,
            shell,
            viewport,
        );
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        self.anchor.as_widget().mouse_interaction(
            &tree.children[0],
            layout,
            cursor,
            viewport,
            renderer,
        )
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
        self.anchor.as_widget().draw(
            &tree.children[0],
            renderer,
            theme,
            style,
            layout,
            cursor,
            viewport,
        );
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, Renderer>> {
        let [anchor_tree, content_tree] = tree.children.as_mut_slice() else { return None };
        if !self.open {
            return self.anchor.as_widget_mut().overlay(
                anchor_tree,
                layout,
                renderer,
                viewport,
                translation,
            );
        }
        // The anchor's own layer (its tooltip) would lie over the popover.
        Some(overlay::Element::new(Box::new(Layer {
            look: self.look,
            content: &mut self.content,
            tree: content_tree,
            anchor: layout.bounds() + translation,
            end: self.end,
            past: self.past,
            holds: self.holds,
            on_close: self.on_close.clone(),
        })))
    }
}

impl<'a, M: Clone + 'a> From<Popover<'a, M>> for Element<'a, M> {
    fn from(popover: Popover<'a, M>) -> Self {
        Self::new(popover)
    }
}

struct Layer<'a, 'b, M> {
    look: Look,
    content: &'b mut El<'a, M>,
    tree: &'b mut Tree,
    anchor: Rectangle,
    end: bool,
    past: Option<(f32, f32)>,
    holds: bool,
    on_close: Option<M>,
}

impl<M: Clone> Layer<'_, '_, M> {
    /// Takes a key that no control in it took.
    fn key(&mut self, key: &Key, back: bool, layout: Layout<'_>, renderer: &Renderer) {
        let back = match key.as_ref() {
            Key::Named(Named::Tab) => back,
            Key::Named(Named::ArrowDown) => false,
            Key::Named(Named::ArrowUp) => true,
            Key::Named(_) | Key::Character(_) | Key::Unidentified => return,
        };
        let content = self.content.as_widget_mut();
        focus::run(Box::new(focus::cycle(None, &[], true, back)), |operation| {
            content.operate(self.tree, layout, renderer, operation);
        });
    }
}

impl<M: Clone> Overlay<M, Theme, Renderer> for Layer<'_, '_, M> {
    fn layout(&mut self, renderer: &Renderer, bounds: Size) -> layout::Node {
        const GAP: f32 = 6.0;
        const EDGE: f32 = 8.0;
        let most = Size::new(bounds.width - 2.0 * EDGE, bounds.height - 2.0 * EDGE);
        let node = self.content.as_widget_mut().layout(
            self.tree,
            renderer,
            &layout::Limits::new(Size::ZERO, most),
        );
        let size = node.size();
        let x =
            if self.end { self.anchor.x + self.anchor.width - size.width } else { self.anchor.x };
        let (right, drop) = self.past.unwrap_or((f32::INFINITY, 0.0));
        let x = x.max(bounds.width - right);
        let below = self.anchor.y + self.anchor.height + GAP + drop;
        let above = self.anchor.y - GAP - size.height;
        let y =
            if below + size.height <= bounds.height - EDGE || above < EDGE { below } else { above };
        node.move_to(Point::new(
            x.min(bounds.width - EDGE - size.width).max(EDGE),
            y.min(bounds.height - EDGE - size.height).max(EDGE),
        ))
    }

    fn draw(
        &self,
        renderer: &mut Renderer,
        theme: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
    ) {
        self.content.as_widget().draw(
            self.tree,
            renderer,
            theme,
            &renderer::Style { text_color: self.look.c.text },
            layout,
            cursor,
            &Rectangle::with_size(Size::INFINITE),
        );
    }

    fn operate(&mut self, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        self.content.as_widget_mut().operate(self.tree, layout, renderer, operation);
    }

    fn update(
        &mut self,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
    ) {
        self.content.as_widget_mut().update(
            self.tree,
            event,
            layout,
            cursor,
            renderer,
            clipboard,
            shell,
            &layout.bounds(),
        );
        if shell.is_event_captured() {
            return;
        }
        let pressed = matches!(
            event,
            Event::Mouse(mouse::Event::ButtonPressed(_))
                | Event::Touch(touch::Event::FingerPressed { .. })
        );
        let key = match event {
            Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, .. }) => {
                Some((key, modifiers.shift()))
            }
            _ => None,
        };
        let escape = key.is_some_and(|(key, _)| *key == Key::Named(Named::Escape));
        if let Some((key, back)) = key.filter(|_| self.holds && !escape) {
            self.key(key, back, layout, renderer);
            shell.request_redraw();
            shell.capture_event();
            return;
        }
        if (pressed && !cursor.is_over(layout.bounds())) || escape {
            if let Some(message) = self.on_close.clone() {
                shell.publish(message);
            }
            // A press beside suggestions is meant for what lies there.
            if self.holds || escape {
                shell.capture_event();
            }
        } else if cursor.is_over(layout.bounds()) && matches!(event, Event::Mouse(_)) {
            shell.capture_event();
        }
    }

    fn mouse_interaction(
        &self,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let inner = self.content.as_widget().mouse_interaction(
            self.tree,
            layout,
            cursor,
            &layout.bounds(),
            renderer,
        );
        match inner {
            mouse::Interaction::None if cursor.is_over(layout.bounds()) => mouse::Interaction::Idle,
            other => other,
        }
    }

    fn overlay<'c>(
        &'c mut self,
        layout: Layout<'c>,
        renderer: &Renderer,
    ) -> Option<overlay::Element<'c, M, Theme, Renderer>> {
        self.content.as_widget_mut().overlay(
            self.tree,
            layout,
            renderer,
            &Rectangle::with_size(Size::INFINITE),
            Vector::ZERO,
        )
    }
}

/// A dialog in the middle of the window, with a scrim around it; a press on the scrim says
/// `on_close`. What lies below is to be [`veiled`](super::veil::veiled).
pub fn modal<'a, M: Clone + 'a>(
    look: Look,
    dialog: impl Into<El<'a, M>>,
    on_close: M,
) -> El<'a, M> {
    let dialog = container(dialog).id(id::DIALOG).style(move |_| style::dialog(look));
    let dialog = container(opaque(dialog)).center(Length::Fill).padding(24).style(move |_| {
        container::Style {
            background: Some(Background::Color(look.c.scrim())),
            text_color: Some(look.c.text),
            ..container::Style::default()
        }
    });
    opaque(mouse_area(dialog).on_press(on_close))
}
