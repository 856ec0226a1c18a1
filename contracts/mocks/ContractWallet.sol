// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Wallet with code, for tests
/// @dev Accepts its owner's signatures until it is told to refuse.
contract ContractWallet is IERC1271 {
    enum Mood {
        Accepts,
        Refuses,
        Reverts,
        AnswersNothing
    }

    address private immutable OWNER;
    Mood private _mood;

    error InABadMood();

    constructor(address owner) {
        OWNER = owner;
    }

    function setMood(Mood mood) external {
        _mood = mood;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (_mood == Mood.Reverts) revert InABadMood();
        if (_mood == Mood.AnswersNothing) {
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        (address recovered,,) = ECDSA.tryRecoverCalldata(hash, signature);
        bool accepted = _mood == Mood.Accepts && recovered == OWNER;
        return accepted ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
