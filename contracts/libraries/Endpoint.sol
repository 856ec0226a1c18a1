// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Endpoint syntax
/// @notice Decides on-chain what can be decided without DNS: whether a URL has the shape of a public endpoint.
/// @dev A name may still resolve to a private address: whoever connects must check the address again.
/// Each byte is looked at once or twice, at most `MAX_LENGTH` of them: providers pay for this on every change.
library Endpoint {
    enum Kind {
        Invalid,
        Private,
        Public
    }

    uint256 internal constant MAX_LENGTH = 256;
    uint256 private constant MAX_HOST_LENGTH = 253;
    uint256 private constant MAX_LABEL_LENGTH = 63;
    uint256 private constant MAX_PORT_LENGTH = 5;

    /// @dev Bit c is set when the ASCII character c belongs to the class.
    uint256 private constant LOWER = ((1 << 26) - 1) << 97;
    uint256 private constant LETTERS = LOWER | (((1 << 26) - 1) << 65);
    uint256 private constant DIGITS = ((1 << 10) - 1) << 48;
    uint256 private constant HYPHEN = 1 << 45;
    uint256 private constant DOT = 1 << 46;
    uint256 private constant COLON = 1 << 58;
    uint256 private constant NAME = LETTERS | DIGITS | HYPHEN;
    /// @dev `_`, `[`, `]` and `:` stand in hosts of development networks only (Docker names, IPv6).
    uint256 private constant HOST = NAME | DOT | COLON | (1 << 91) | (1 << 93) | (1 << 95);
    /// @dev `/` and `?` end the authority.
    uint256 private constant PATH_OR_QUERY = (1 << 47) | (1 << 63);
    /// @dev Printable ASCII without space and `"#<>\^{|}` and the back quote: no fragment, nothing that parsers read
    /// in two ways.
    uint256 private constant URL = (((1 << 94) - 1) << 33)
        & ~uint256((1 << 34) | (1 << 35) | (1 << 60) | (1 << 62) | (1 << 92) | (1 << 94) | (1 << 96) | (7 << 123));
    /// @dev Sets the bit by which a lower-case letter differs from its capital, in each byte.
    bytes32 private constant LOWER_CASE = 0x2020202020202020202020202020202020202020202020202020202020202020;

    /// @return `Public` for an https or wss URL with a DNS name whose last label is alphabetic and not reserved for
    /// private use; `Private` for any other http(s) or ws(s) URL; `Invalid` for all else, user names and passwords too.
    function kind(string calldata url) internal pure returns (Kind) {
        bytes calldata text = bytes(url);
        if (text.length > MAX_LENGTH) return Kind.Invalid;
        (uint256 start, bool secure) = _scheme(text);
        if (start == 0) return Kind.Invalid;
        uint256 end = secure ? _endOfPublicAuthority(text, start) : 0;
        bool isPublic = end != 0;
        if (!isPublic) end = _endOfPrivateAuthority(text, start);
        if (end == 0 || _endOf(text, end, URL) < text.length) return Kind.Invalid;
        return isPublic ? Kind.Public : Kind.Private;
    }

    /// @return length Of the scheme; 0 when it is none of ours or nothing follows it.
    function _scheme(bytes calldata text) private pure returns (uint256 length, bool secure) {
        bytes32 word = _wordAt(text, 0);
        if (bytes8(word) == "https://") (length, secure) = (8, true);
        else if (bytes6(word) == "wss://") (length, secure) = (6, true);
        else if (bytes7(word) == "http://") length = 7;
        else if (bytes5(word) == "ws://") length = 5;
        if (text.length <= length) length = 0;
    }

    /// @return Where `name[:port]` ends, the name of at least two labels; 0 when it is something else.
    function _endOfPublicAuthority(bytes calldata text, uint256 start) private pure returns (uint256) {
        uint256 labelStart = start;
        uint256 i = _endOf(text, start, NAME);
        while (i < text.length && _in(text, i, DOT)) {
            if (!_isLabel(text, labelStart, i)) return 0;
            labelStart = i + 1;
            i = _endOf(text, labelStart, NAME);
        }
        if (labelStart == start || i - start > MAX_HOST_LENGTH) return 0;
        if (!_isPublicSuffix(text, labelStart, i)) return 0;
        if (i < text.length && _in(text, i, COLON)) {
            uint256 portStart = i + 1;
            i = _endOf(text, portStart, DIGITS);
            if (!_isPort(text, portStart, i)) return 0;
        }
        return _isEnd(text, i) ? i : 0;
    }

    /// @return Where a host of any kind ends; 0 when it is none.
    function _endOfPrivateAuthority(bytes calldata text, uint256 start) private pure returns (uint256) {
        uint256 end = _endOf(text, start, HOST);
        return end > start && !_in(text, start, COLON) && _isEnd(text, end) ? end : 0;
    }

    function _isEnd(bytes calldata text, uint256 i) private pure returns (bool) {
        return i == text.length || _in(text, i, PATH_OR_QUERY);
    }

    /// @dev Of a label that is known to consist of letters, digits and hyphens.
    function _isLabel(bytes calldata text, uint256 start, uint256 end) private pure returns (bool) {
        if (start == end || end - start > MAX_LABEL_LENGTH) return false;
        return !_in(text, start, HYPHEN) && !_in(text, end - 1, HYPHEN);
    }

    /// @dev A last label of letters alone is never read as an IPv4 address.
    function _isPublicSuffix(bytes calldata text, uint256 start, uint256 end) private pure returns (bool) {
        uint256 length = end - start;
        if (length < 2 || length > MAX_LABEL_LENGTH) return false;
        if (_endOf(text, start, LETTERS) < end) return false;
        // The reserved names are shorter than a word; what is longer cannot be one of them.
        if (length > 32) return true;
        bytes32 lower = (_wordAt(text, start) | LOWER_CASE) & ~(bytes32(type(uint256).max) >> (8 * length));
        return !(lower == "localhost" || lower == "local" || lower == "localdomain" || lower == "internal"
            || lower == "intranet" || lower == "private" || lower == "corp" || lower == "home" || lower == "lan"
            || lower == "test" || lower == "example" || lower == "invalid" || lower == "onion" || lower == "alt"
            || lower == "arpa");
    }

    /// @dev Of what is known to consist of digits.
    function _isPort(bytes calldata text, uint256 start, uint256 end) private pure returns (bool) {
        uint256 length = end - start;
        if (length == 0 || length > MAX_PORT_LENGTH) return false;
        uint256 value = 0;
        for (uint256 i = start; i < end; ++i) {
            value = value * 10 + uint8(text[i]) - 48;
        }
        return value > 0 && value <= type(uint16).max;
    }

    /// @dev `start` is within the text or its end.
    /// @return i Where the run of characters of a class that begins at `start` ends; `text.length` at most.
    function _endOf(bytes calldata text, uint256 start, uint256 class) private pure returns (uint256 i) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let last := add(text.offset, text.length)
            let p := add(text.offset, start)
            // One jump a byte: the class has bit 0 where the byte belongs to it.
            // solhint-disable-next-line no-empty-blocks
            for {} and(lt(p, last), shr(byte(0, calldataload(p)), class)) {} { p := add(p, 1) }
            i := sub(p, text.offset)
        }
    }

    function _in(bytes calldata text, uint256 i, uint256 class) private pure returns (bool) {
        return (class >> uint8(text[i])) & 1 == 1;
    }

    /// @dev 32 bytes from `i` on; what lies behind the text is of no meaning.
    function _wordAt(bytes calldata text, uint256 i) private pure returns (bytes32 word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := calldataload(add(text.offset, i))
        }
    }
}
