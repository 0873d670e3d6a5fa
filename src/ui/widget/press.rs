//! Anything that can be pressed: by pointer, or by Enter and Space when it has the focus.
//!
//! Joins iced's focus operations (which only know text fields), and draws a ring of 2 px with a
//! gap of 2 px while the focus came from the keyboard. A pointer press takes the focus away.

use iced::{
    Border, Color, Element, Event, Length, Padding, Rectangle, Renderer, Size, Theme, Vector,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse, overlay, renderer,
        renderer::Renderer as _,
        widget::{
            Id, Operation,
            tree::{self, Tree},
        },
    },
    keyboard::{self, key},
    touch, window,
};

use super::focus::Focus;
use crate::ui::theme::style::{Face, Touch};

/// A pressable area round any content.
pub struct Press<'a, M> {
    content: Element<'a, M>,
    id: Option<Id>,
    on_press: Option<M>,
    on_double: Option<M>,
    width: Length,
    height: Length,
    padding: Padding,
    face: Option<Box<dyn Fn(Touch) -> Face + 'a>>,
    ring: Option<Color>,
    ring_inside: bool,
    stop: bool,
}

#[derive(Debug, Default)]
struct State {
    focus: Focus,
    pressed: bool,
    held_key: bool,
    touch: Touch,
    last_click: Option<mouse::Click>,
}

impl<'a, M: Clone + 'a> Press<'a, M> {
    /// Around some content.
    pub fn new(content: impl Into<Element<'a, M>>) -> Self {
        let content = content.into();
        let size = content.as_widget().size_hint();
        Self {
            content,
            id: None,
            on_press: None,
            on_double: None,
            width: size.width.fluid(),
            height: size.height.fluid(),
            padding: Padding::ZERO,
            face: None,
            ring: None,
            ring_inside: false,
            stop: true,
        }
    }

    /// A name for the focus operations and for tests.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What a press says.
    #[must_use]
    pub fn on_press(mut self, message: M) -> Self {
        self.on_press = Some(message);
        self
    }

    /// What a press says, if anything.
    #[must_use]
    pub fn on_press_maybe(mut self, message: Option<M>) -> Self {
        self.on_press = message;
        self
    }

    /// What a double press of the pointer says, after the first press.
    #[must_use]
    pub fn on_double(mut self, message: M) -> Self {
        self.on_double = Some(message);
        self
    }

    /// Width.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }

    /// Height.
    #[must_use]
    pub fn height(mut self, height: impl Into<Length>) -> Self {
        self.height = height.into();
        self
    }

    /// Space around the content.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.padding = padding.into();
        self
    }

    /// How it looks in each state.
    #[must_use]
    pub fn face(mut self, face: impl Fn(Touch) -> Face + 'a) -> Self {
        self.face = Some(Box::new(face));
        self
    }

    /// Colour of the focus ring.
    #[must_use]
    pub fn ring(mut self, color: Color) -> Self {
        self.ring = Some(color);
        self
    }

    /// Draws the ring inside the bounds (rows of lists, where it would be clipped).
    #[must_use]
    pub fn ring_inside(mut self) -> Self {
        self.ring_inside = true;
        self
    }

    /// Whether Tab stops here; rows of lists say no, because arrows move inside lists.
    #[must_use]
    pub fn tab_stop(mut self, stop: bool) -> Self {
        self.stop = stop;
        self
    }
}

impl<'a, M: Clone + 'a> Widget<M, Theme, Renderer> for Press<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        Size { width: self.width, height: self.height }
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        layout::padded(limits, self.width, self.height, self.padding, |limits| {
            self.content.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
        })
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        if self.stop && self.on_press.is_some() {
            let focus = &mut tree.state.downcast_mut::<State>().focus;
            operation.focusable(self.id.as_ref(), layout.bounds(), focus);
        }
        operation.container(self.id.as_ref(), layout.bounds());
        operation.traverse(&mut |operation| {
            if let Some(inner) = layout.children().next() {
                self.content.as_widget_mut().operate(
                    &mut tree.children[0],
                    inner,
                    renderer,
                    operation,
                );
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
        if let Some(inner) = layout.children().next() {
            self.content.as_widget_mut().update(
                &mut tree.children[0],
                event,
                inner,
                cursor,
                renderer,
                clipboard,
                shell,
                viewport,
            );
        }
        let bounds = layout.bounds();
        let over = cursor.is_over(bounds);
        let state = tree.state.downcast_mut::<State>();

        if !shell.is_event_captured() {
            match event {
                Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
                | Event::Touch(touch::Event::FingerPressed { .. }) => {
                    if state.focus.0 {
                        state.focus = Focus(false);
                        shell.request_redraw();
                    }
                    if over && self.on_press.is_some() {
                        state.pressed = true;
                        shell.capture_event();
                    }
                }
                Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
                | Event::Touch(touch::Event::FingerLifted { .. }) => {
                    if std::mem::take(&mut state.pressed)
                        && let Some(message) = &self.on_press
                    {
                        if over {
                            shell.publish(message.clone());
                            if let (Some(double), Some(at)) = (&self.on_double, cursor.position()) {
                                let click =
                                    mouse::Click::new(at, mouse::Button::Left, state.last_click);
                                if click.kind() == mouse::click::Kind::Double {
                                    shell.publish(double.clone());
                                }
                                state.last_click = Some(click);
                            }
                        }
                        shell.capture_event();
                    }
                }
                Event::Touch(touch::Event::FingerLost { .. }) => state.pressed = false,
                Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, .. })
                    if state.focus.0
                        && !modifiers.command()
                        && !modifiers.alt()
                        && matches!(
                            key.as_ref(),
                            keyboard::Key::Named(key::Named::Enter | key::Named::Space)
                        ) =>
                {
                    if let Some(message) = &self.on_press {
                        // A held key repeats; one press is one press.
                        if !std::mem::replace(&mut state.held_key, true) {
                            shell.publish(message.clone());
                        }
                        shell.capture_event();
                    }
                }
                Event::Keyboard(keyboard::Event::KeyReleased { .. }) => state.held_key = false,
                _ => {}
            }
        } else if matches!(
            event,
            Event::Mouse(mouse::Event::ButtonPressed(_))
                | Event::Touch(touch::Event::FingerPressed { .. })
        ) {
            state.focus = Focus(false);
        }

        let touch = match (self.on_press.is_some(), over, state.pressed || state.held_key) {
            (true, true, true) => Touch::Pressed,
            (true, _, _) if state.held_key && state.focus.0 => Touch::Pressed,
            (true, true, false) => Touch::Hover,
            _ => Touch::Rest,
        };
        if let Event::Window(window::Event::RedrawRequested(_)) = event {
            state.touch = touch;
        } else if state.touch != touch {
            shell.request_redraw();
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        inherited: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        let mut text = *inherited;
        let mut corner = 4.0;
        if let Some(face) = &self.face {
            let face = face(state.touch);
            corner = face.radius;
            text.text_color = face.text;
            if face.fill.is_some() || face.outline.is_some() {
                renderer.fill_quad(
                    renderer::Quad {
                        bounds,
                        border: crate::ui::theme::style::edge(face.outline, face.radius),
                        ..renderer::Quad::default()
                    },
                    face.fill.unwrap_or(Color::TRANSPARENT),
                );
            }
        }
        if let Some(inner) = layout.children().next() {
            self.content.as_widget().draw(
                &tree.children[0],
                renderer,
                theme,
                &text,
                inner,
                cursor,
                viewport,
            );
        }
        if state.focus.0
            && let Some(color) = self.ring
        {
            draw_ring(renderer, bounds, corner, color, self.ring_inside, viewport);
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
        let inner = layout.children().next().map_or(mouse::Interaction::None, |inner| {
            self.content.as_widget().mouse_interaction(
                &tree.children[0],
                inner,
                cursor,
                viewport,
                renderer,
            )
        });
        match inner {
            mouse::Interaction::None
                if self.on_press.is_some() && cursor.is_over(layout.bounds()) =>
            {
                mouse::Interaction::Pointer
            }
            other => other,
        }
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, Renderer>> {
        let inner = layout.children().next()?;
        self.content.as_widget_mut().overlay(
            &mut tree.children[0],
            inner,
            renderer,
            viewport,
            translation,
        )
    }
}

/// The focus ring, in a layer of its own so that neighbours do not cover it.
pub(super) fn draw_ring(
    renderer: &mut Renderer,
    bounds: Rectangle,
    corner: f32,
    color: Color,
    inside: bool,
    viewport: &Rectangle,
) {
    let (bounds, corner) =
        if inside { (bounds.shrink(1.0), corner) } else { (bounds.expand(4.0), corner + 4.0) };
    renderer.with_layer(viewport.expand(4.0), |renderer| {
        renderer.fill_quad(
            renderer::Quad {
                bounds,
                border: Border { color, width: 2.0, radius: corner.into() },
                ..renderer::Quad::default()
            },
            Color::TRANSPARENT,
        );
    });
}

impl<'a, M: Clone + 'a> From<Press<'a, M>> for Element<'a, M> {
    fn from(press: Press<'a, M>) -> Self {
        Self::new(press)
    }
}
