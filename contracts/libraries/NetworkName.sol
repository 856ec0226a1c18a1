// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Names of networks
/// @notice Syntax of CAIP-2 ids and slugs.
library NetworkName {
    uint256 private constant LOWER = ((1 << 26) - 1) << 97;
    uint256 private constant UPPER = ((1 << 26) - 1) << 65;
    uint256 private constant DIGITS = ((1 << 10) - 1) << 48;
    uint256 private constant HYPHEN = 1 << 45;
    uint256 private constant UNDERSCORE = 1 << 95;
    uint256 private constant NAMESPACE = LOWER | DIGITS | HYPHEN;
    uint256 private constant REFERENCE = LOWER | UPPER | DIGITS | HYPHEN | UNDERSCORE;

    /// @return Whether it is `[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}`, as CAIP-2 says.
    function isCaip2(string calldata caip2) internal pure returns (bool) {
        bytes calldata text = bytes(caip2);
        if (text.length > 41) return false;
        uint256 colon = 0;
        while (colon < text.length && text[colon] != ":") ++colon;
        if (colon == text.length || colon < 3 || colon > 8) return false;
        uint256 referenceLength = text.length - colon - 1;
        if (referenceLength == 0 || referenceLength > 32) return false;
        return _allIn(text[:colon], NAMESPACE) && _allIn(text[colon + 1:], REFERENCE);
    }

    /// @return Whether it is `[a-z][-a-z0-9]{0,31}`: never taken for a chain id or a CAIP-2 id in a path.
    function isSlug(string calldata slug) internal pure returns (bool) {
        bytes calldata text = bytes(slug);
        if (text.length == 0 || text.length > 32) return false;
        return _allIn(text[:1], LOWER) && _allIn(text, NAMESPACE);
    }

    function _allIn(bytes calldata text, uint256 class) private pure returns (bool) {
        for (uint256 i = 0; i < text.length; ++i) {
            if ((class >> uint8(text[i])) & 1 == 0) return false;
        }
        return true;
    }
}
