// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Endpoint syntax
/// @notice Decides on-chain what can be decided without DNS: whether a URL has the shape of a public endpoint.
/// @dev A name may still resolve to a private address: whoever connects must check the address again.
/// At most `MAX_LENGTH` steps.
library Endpoint {
    enum Kind {
        Invalid,
        Private,
        Public
    }

    uint256 internal constant MAX_LENGTH = 256;
    uint256 private constant MAX_HOST_LENGTH = 253;
    uint256 private constant MAX_LABEL_LENGTH = 63;

    /// @dev Bit c is set when the ASCII character c belongs to the class.
    uint256 private constant LOWER = ((1 << 26) - 1) << 97;
    uint256 private constant LETTERS = LOWER | (((1 << 26) - 1) << 65);
    uint256 private constant DIGITS = ((1 << 10) - 1) << 48;
    uint256 private constant HYPHEN = 1 << 45;
    uint256 private constant NAME = LETTERS | DIGITS | HYPHEN;
    /// @dev Printable ASCII without space and `"#<>\^{|}` and the back quote: no fragment, nothing that parsers read
    /// in two ways.
    uint256 private constant URL = (((1 << 94) - 1) << 33)
        & ~uint256((1 << 34) | (1 << 35) | (1 << 60) | (1 << 62) | (1 << 92) | (1 << 94) | (1 << 96) | (7 << 123));
    /// @dev `_`, `[`, `]` and `:` stand in hosts of development networks only (Docker names, IPv6).
    uint256 private constant HOST = NAME | (1 << 46) | (1 << 58) | (1 << 91) | (1 << 93) | (1 << 95);

    /// @return `Public` for an https or wss URL with a DNS name whose last label is alphabetic and not reserved for
    /// private use; `Private` for any other http(s) or ws(s) URL; `Invalid` for all else, user names and passwords too.
    function kind(string calldata url) internal pure returns (Kind) {
        bytes calldata text = bytes(url);
        uint256 length = text.length;
        if (length == 0 || length > MAX_LENGTH) return Kind.Invalid;
        for (uint256 i = 0; i < length; ++i) {
            if (!_in(text[i], URL)) return Kind.Invalid;
        }
        (uint256 start, bool secure) = _scheme(text);
        if (start == 0) return Kind.Invalid;
        uint256 end = start;
        while (end < length && text[end] != "/" && text[end] != "?") ++end;
        if (end == start) return Kind.Invalid;
        bytes calldata authority = text[start:end];
        if (secure && _isPublicAuthority(authority)) return Kind.Public;
        return _isHostLike(authority) ? Kind.Private : Kind.Invalid;
    }

    function _scheme(bytes calldata text) private pure returns (uint256 length, bool secure) {
        if (_startsWith(text, "https://")) return (8, true);
        if (_startsWith(text, "wss://")) return (6, true);
        if (_startsWith(text, "http://")) return (7, false);
        if (_startsWith(text, "ws://")) return (5, false);
        return (0, false);
    }

    /// @dev `name[:port]`, the name of at least two labels.
    function _isPublicAuthority(bytes calldata authority) private pure returns (bool) {
        uint256 end = authority.length;
        for (uint256 i = 0; i < end; ++i) {
            if (authority[i] == ":") {
                if (!_isPort(authority[i + 1:])) return false;
                end = i;
            }
        }
        if (end > MAX_HOST_LENGTH) return false;
        uint256 labelStart = 0;
        for (uint256 i = 0; i < end; ++i) {
            if (authority[i] != ".") continue;
            if (!_isLabel(authority[labelStart:i])) return false;
            labelStart = i + 1;
        }
        return labelStart > 0 && _isPublicSuffix(authority[labelStart:end]);
    }

    function _isLabel(bytes calldata label) private pure returns (bool) {
        uint256 length = label.length;
        if (length == 0 || length > MAX_LABEL_LENGTH) return false;
        if (label[0] == "-" || label[length - 1] == "-") return false;
        for (uint256 i = 0; i < length; ++i) {
            if (!_in(label[i], NAME)) return false;
        }
        return true;
    }

    /// @dev A last label of letters alone is never read as an IPv4 address.
    function _isPublicSuffix(bytes calldata label) private pure returns (bool) {
        uint256 length = label.length;
        if (length < 2 || length > MAX_LABEL_LENGTH) return false;
        bytes32 lower = 0;
        for (uint256 i = 0; i < length; ++i) {
            if (!_in(label[i], LETTERS)) return false;
            // The reserved names are shorter than a word; what is longer cannot be one of them.
            if (i < 32) lower |= bytes32(label[i] | 0x20) >> (8 * i);
        }
        return !(lower == "localhost" || lower == "local" || lower == "localdomain" || lower == "internal"
            || lower == "intranet" || lower == "private" || lower == "corp" || lower == "home" || lower == "lan"
            || lower == "test" || lower == "example" || lower == "invalid" || lower == "onion" || lower == "alt"
            || lower == "arpa");
    }

    function _isPort(bytes calldata port) private pure returns (bool) {
        if (port.length == 0 || port.length > 5) return false;
        uint256 value = 0;
        for (uint256 i = 0; i < port.length; ++i) {
            if (!_in(port[i], DIGITS)) return false;
            value = value * 10 + (uint8(port[i]) - 48);
        }
        return value > 0 && value <= type(uint16).max;
    }

    function _isHostLike(bytes calldata authority) private pure returns (bool) {
        if (authority[0] == ":") return false;
        for (uint256 i = 0; i < authority.length; ++i) {
            if (!_in(authority[i], HOST)) return false;
        }
        return true;
    }

    function _startsWith(bytes calldata text, bytes memory prefix) private pure returns (bool) {
        return text.length > prefix.length && keccak256(text[:prefix.length]) == keccak256(prefix);
    }

    function _in(bytes1 character, uint256 class) private pure returns (bool) {
        return (class >> uint8(character)) & 1 == 1;
    }
}
