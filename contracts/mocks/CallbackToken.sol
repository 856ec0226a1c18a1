// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Token that calls back from within its next transfer, for tests of reentrancy
contract CallbackToken is ERC20("Callback", "CALL") {
    using Address for address;

    address private _target;
    bytes private _call;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @dev The next transfer makes this call once, in the token's own name, and fails with it.
    function callBack(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    function approveAsToken(address spender, uint256 amount) external {
        _approve(address(this), spender, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address target = _target;
        if (target == address(0) || from == address(0)) return;
        _target = address(0);
        target.functionCall(_call);
    }
}
