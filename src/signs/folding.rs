//! What one typed character stands for: plain lower-case letters, a space, or the end of a clause or sentence.

/// What a character stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// One or more plain letters or digits.
    Letters(&'static str),
    Letter(char),
    /// Left out of the word that it stands in: an apostrophe, an accent, an invisible character.
    Nothing,
    Space,
    Hyphen,
    Ampersand,
    Comma,
    Dot,
    /// A sentence ends.
    Stop,
}

/// Folds case, accents, ligatures and full-width forms; every other script keeps its letters.
pub fn fold(c: char) -> Folded {
    use Folded::*;
    match c {
        'a'..='z' | '0'..='9' => Letter(c),
        'A'..='Z' => Letter(c.to_ascii_lowercase()),
        '\'' | '`' | '´' | '‘' | '’' | '‛' | 'ʼ' | 'ʹ' | '′' | '＇' => Nothing,
        '.' | '．' => Dot,
        '!' | '?' | ';' | '\n' | '\r' | '！' | '？' | '。' | '\u{2028}' | '\u{2029}' => Stop,
        '-' | '\u{2010}' | '\u{2011}' => Hyphen,
        '&' | '＆' => Ampersand,
        // Soft hyphen, joiners, direction marks, byte order mark, variation selectors.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}' => Nothing,
        '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' => Nothing,
        'ﬀ' => Letters("ff"),
        'ﬁ' => Letters("fi"),
        'ﬂ' => Letters("fl"),
        'ﬃ' => Letters("ffi"),
        'ﬄ' => Letters("ffl"),
        'ß' => Letters("ss"),
        'æ' | 'Æ' => Letters("ae"),
        'œ' | 'Œ' => Letters("oe"),
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' => Letter('a'),
        'ç' | 'Ç' | 'ć' | 'č' => Letter('c'),
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' => Letter('e'),
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'ı' => Letter('i'),
        'ñ' | 'Ñ' | 'ń' | 'ň' => Letter('n'),
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'ő' => Letter('o'),
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'ů' | 'ű' => Letter('u'),
        'ý' | 'ÿ' | 'Ý' => Letter('y'),
        // Full-width ASCII.
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(plain) if plain.is_ascii() && !matches!(plain, '\'' | '.' | '!' | '?' | '&') => fold(plain),
            _ => Space,
        },
        _ if c.is_alphanumeric() => Letter(c.to_lowercase().next().unwrap_or(c)),
        _ if c.is_whitespace() || matches!(c, '/' | '_' | '*' | '#' | '"' | '“' | '”') => Space,
        _ => Comma,
    }
}
