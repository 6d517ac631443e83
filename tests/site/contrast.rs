//! The contrast of every pair of colours that stand on each other, light and dark: the page for the night is dark at any hour.

use std::collections::HashMap;
use std::fs;

/// Ink on ground, and the least contrast (WCAG 2.2: 7 for words to read, 4.5 for short words, 3 for edges and focus).
const PAIRS: &[(&str, &str, f64)] = &[
    ("--ink", "--ground", 7.0),
    ("--ink", "--surface", 7.0),
    ("--ink", "--sunk", 7.0),
    ("--ink", "--emergency-ground", 7.0),
    ("--ink", "--urgent-ground", 7.0),
    ("--ink", "--action-ground", 7.0),
    ("--ink", "--mark-ground", 7.0),
    ("--ink-soft", "--ground", 7.0),
    ("--ink-soft", "--surface", 7.0),
    ("--ink-soft", "--sunk", 7.0),
    ("--action", "--ground", 7.0),
    ("--action", "--sunk", 7.0),
    ("--action", "--action-ground", 4.5),
    ("--ink-soft", "--action-ground", 7.0),
    ("--action-ink", "--action", 4.5),
    ("--accent", "--ground", 4.5),
    ("--accent", "--surface", 4.5),
    ("--emergency", "--ground", 4.5),
    ("--emergency", "--surface", 4.5),
    ("--emergency", "--emergency-ground", 4.5),
    ("--emergency-ink", "--emergency-fill", 4.5),
    ("--urgent", "--urgent-ground", 4.5),
    ("--control-line", "--ground", 3.0),
    ("--control-line", "--surface", 3.0),
    ("--focus", "--ground", 3.0),
    ("--focus", "--surface", 3.0),
    ("--focus", "--sunk", 3.0),
];

/// The colours of the one palette, light and dark: `--ink: var(--light, #1e2423) var(--dark, #ece7dc);`.
fn palettes(css: &str) -> [HashMap<&str, &str>; 2] {
    let colour = |words: &'static str| {
        css.lines()
            .filter_map(|line| line.split_once(':'))
            .filter_map(|(name, value)| {
                let (_, colour) = value.split_once(words)?;
                Some((name.trim(), colour.split_once(')')?.0))
            })
            .filter(|(name, colour)| name.starts_with("--") && colour.starts_with('#'))
            .collect()
    };
    [colour("var(--light, "), colour("var(--dark, ")]
}

fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let digits =
        if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.to_owned() };
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_pair_of_colours_has_its_contrast_in_every_scheme() {
    let css = fs::read_to_string("static/base.css").unwrap();
    let schemes = palettes(&css);
    assert!(schemes.iter().all(|scheme| scheme.len() > 15), "every colour has both");
    for (number, scheme) in schemes.iter().enumerate() {
        for (ink, ground, least) in PAIRS {
            let (ink_colour, ground_colour) = (scheme.get(ink), scheme.get(ground));
            let (Some(ink_colour), Some(ground_colour)) = (ink_colour, ground_colour) else {
                panic!("scheme {number} lacks {ink} or {ground}");
            };
            let found = contrast(ink_colour, ground_colour);
            assert!(found >= *least, "scheme {number}: {ink} on {ground} is {found:.2}, and must be {least}");
        }
    }
}

#[test]
fn black_on_white_is_21_to_1() {
    assert!((contrast("#000", "#ffffff") - 21.0).abs() < 0.01);
    assert!((contrast("#777777", "#fff") - 4.48).abs() < 0.01);
}
