// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Token of development networks
/// @dev Warning: anyone may mint. Never deploy where tokens have a value.
contract MockToken is ERC20, ERC20Permit {
    constructor() ERC20("DIN Development Token", "DINDEV") ERC20Permit("DIN Development Token") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
