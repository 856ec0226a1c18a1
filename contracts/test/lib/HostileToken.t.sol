// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A token that keeps a fee of every transfer, or calls someone in the middle of one.
contract HostileToken is ERC20 {
    uint256 public feeBps;
    address private _target;
    bytes private _data;
    /// @dev What the call in the middle gave.
    bool public callSucceeded;
    bytes public callResult;

    constructor() ERC20("Hostile", "BAD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    function callInTransfer(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) ? 0 : amount * feeBps / 10_000;
        super._update(from, to, amount - fee);
        if (fee > 0) super._update(from, address(this), fee);
        if (_target == address(0) || from == address(0)) return;
        address target = _target;
        _target = address(0);
        (callSucceeded, callResult) = target.call(_data);
    }
}
