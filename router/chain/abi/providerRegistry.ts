// Generated from contracts/ProviderRegistry.sol by `npm run abi`. Do not edit.
export const providerRegistryAbi = [
  {
    "inputs": [
      {
        "internalType": "contract IStakeVault",
        "name": "vault_",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "accessManager",
        "type": "address"
      },
      {
        "internalType": "uint48",
        "name": "changeSeconds_",
        "type": "uint48"
      },
      {
        "internalType": "bool",
        "name": "publicEndpointsOnly_",
        "type": "bool"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "constructor"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "authority",
        "type": "address"
      }
    ],
    "name": "AccessManagedInvalidAuthority",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "delay",
        "type": "uint32"
      }
    ],
    "name": "AccessManagedRequiredDelay",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "AccessManagedUnauthorized",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      }
    ],
    "name": "AlreadyRegistered",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "name": "ChangeTooEarly",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "deadline",
        "type": "uint256"
      }
    ],
    "name": "ConsentExpired",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "available",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "required",
        "type": "uint256"
      }
    ],
    "name": "InsufficientStake",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "caip2",
        "type": "string"
      }
    ],
    "name": "InvalidCaip2",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "url",
        "type": "string"
      }
    ],
    "name": "InvalidEndpoint",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "name",
        "type": "string"
      }
    ],
    "name": "InvalidParameter",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "InvalidShortString",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "signer",
        "type": "address"
      }
    ],
    "name": "InvalidSignerConsent",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "slug",
        "type": "string"
      }
    ],
    "name": "InvalidSlug",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "max",
        "type": "uint256"
      }
    ],
    "name": "MetadataTooLong",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "NetworkExists",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "NetworkNotLive",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "NotCourt",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      }
    ],
    "name": "NotRegistered",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NothingProposed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "url",
        "type": "string"
      }
    ],
    "name": "PrivateEndpoint",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "ServiceExists",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "ServiceNotFound",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "ServiceNotLive",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "ServiceNotPaused",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "signer",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      }
    ],
    "name": "SignerTaken",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "slug",
        "type": "string"
      }
    ],
    "name": "SlugTaken",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "str",
        "type": "string"
      }
    ],
    "name": "StringTooLong",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ZeroAddress",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": false,
        "internalType": "address",
        "name": "authority",
        "type": "address"
      }
    ],
    "name": "AuthorityUpdated",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "court",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "retiredCourt",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "retiredUntil",
        "type": "uint48"
      }
    ],
    "name": "CourtChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "court",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "name": "CourtProposed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [],
    "name": "EIP712DomainChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "escrow",
        "type": "address"
      }
    ],
    "name": "EscrowChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "escrow",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "name": "EscrowProposed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "string",
        "name": "metadata",
        "type": "string"
      }
    ],
    "name": "MetadataSet",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "string",
        "name": "caip2",
        "type": "string"
      },
      {
        "indexed": false,
        "internalType": "string",
        "name": "slug",
        "type": "string"
      },
      {
        "components": [
          {
            "internalType": "uint96",
            "name": "minStake",
            "type": "uint96"
          },
          {
            "components": [
              {
                "internalType": "uint16",
                "name": "minAvailabilityBps",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95LatencyMs",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95BlockLag",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxMismatches",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "minSamples",
                "type": "uint16"
              }
            ],
            "internalType": "struct IProviderRegistry.Sla",
            "name": "sla",
            "type": "tuple"
          }
        ],
        "indexed": false,
        "internalType": "struct IProviderRegistry.NetworkParams",
        "name": "params",
        "type": "tuple"
      }
    ],
    "name": "NetworkAdded",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "NetworkRetired",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "uint96",
            "name": "minStake",
            "type": "uint96"
          },
          {
            "components": [
              {
                "internalType": "uint16",
                "name": "minAvailabilityBps",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95LatencyMs",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95BlockLag",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxMismatches",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "minSamples",
                "type": "uint16"
              }
            ],
            "internalType": "struct IProviderRegistry.Sla",
            "name": "sla",
            "type": "tuple"
          }
        ],
        "indexed": false,
        "internalType": "struct IProviderRegistry.NetworkParams",
        "name": "params",
        "type": "tuple"
      }
    ],
    "name": "NetworkUpdated",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "until",
        "type": "uint48"
      }
    ],
    "name": "ProviderJailed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "signer",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "string",
        "name": "metadata",
        "type": "string"
      }
    ],
    "name": "ProviderRegistered",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "serviceId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "string",
        "name": "url",
        "type": "string"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "capabilities",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "minStake",
        "type": "uint96"
      }
    ],
    "name": "ServiceAdded",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "serviceId",
        "type": "uint32"
      }
    ],
    "name": "ServicePaused",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "serviceId",
        "type": "uint32"
      }
    ],
    "name": "ServiceRemoved",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "serviceId",
        "type": "uint32"
      }
    ],
    "name": "ServiceResumed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "serviceId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "minStake",
        "type": "uint96"
      }
    ],
    "name": "ServiceStakeSynced",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "serviceId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "string",
        "name": "url",
        "type": "string"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "capabilities",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "minStake",
        "type": "uint96"
      }
    ],
    "name": "ServiceUpdated",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "previousSigner",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "signer",
        "type": "address"
      }
    ],
    "name": "SignerRotated",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "successor",
        "type": "address"
      }
    ],
    "name": "SuccessorChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "successor",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "name": "SuccessorProposed",
    "type": "event"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "caip2",
        "type": "string"
      },
      {
        "internalType": "string",
        "name": "slug",
        "type": "string"
      },
      {
        "components": [
          {
            "internalType": "uint96",
            "name": "minStake",
            "type": "uint96"
          },
          {
            "components": [
              {
                "internalType": "uint16",
                "name": "minAvailabilityBps",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95LatencyMs",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95BlockLag",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxMismatches",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "minSamples",
                "type": "uint16"
              }
            ],
            "internalType": "struct IProviderRegistry.Sla",
            "name": "sla",
            "type": "tuple"
          }
        ],
        "internalType": "struct IProviderRegistry.NetworkParams",
        "name": "params",
        "type": "tuple"
      }
    ],
    "name": "addNetwork",
    "outputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "internalType": "string",
        "name": "url",
        "type": "string"
      },
      {
        "internalType": "uint32",
        "name": "capabilities",
        "type": "uint32"
      }
    ],
    "name": "addService",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "applyCourt",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "applyEscrow",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "applySuccessor",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "authority",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "changeSeconds",
    "outputs": [
      {
        "internalType": "uint48",
        "name": "",
        "type": "uint48"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "court",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "eip712Domain",
    "outputs": [
      {
        "internalType": "bytes1",
        "name": "fields",
        "type": "bytes1"
      },
      {
        "internalType": "string",
        "name": "name",
        "type": "string"
      },
      {
        "internalType": "string",
        "name": "version",
        "type": "string"
      },
      {
        "internalType": "uint256",
        "name": "chainId",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "verifyingContract",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "salt",
        "type": "bytes32"
      },
      {
        "internalType": "uint256[]",
        "name": "extensions",
        "type": "uint256[]"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "escrow",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "isActive",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "isConsumingScheduledOp",
    "outputs": [
      {
        "internalType": "bytes4",
        "name": "",
        "type": "bytes4"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "uint48",
        "name": "until",
        "type": "uint48"
      }
    ],
    "name": "jail",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "networkOf",
    "outputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "uint96",
                "name": "minStake",
                "type": "uint96"
              },
              {
                "components": [
                  {
                    "internalType": "uint16",
                    "name": "minAvailabilityBps",
                    "type": "uint16"
                  },
                  {
                    "internalType": "uint16",
                    "name": "maxP95LatencyMs",
                    "type": "uint16"
                  },
                  {
                    "internalType": "uint16",
                    "name": "maxP95BlockLag",
                    "type": "uint16"
                  },
                  {
                    "internalType": "uint16",
                    "name": "maxMismatches",
                    "type": "uint16"
                  },
                  {
                    "internalType": "uint16",
                    "name": "minSamples",
                    "type": "uint16"
                  }
                ],
                "internalType": "struct IProviderRegistry.Sla",
                "name": "sla",
                "type": "tuple"
              }
            ],
            "internalType": "struct IProviderRegistry.NetworkParams",
            "name": "params",
            "type": "tuple"
          },
          {
            "internalType": "enum IProviderRegistry.NetworkStatus",
            "name": "status",
            "type": "uint8"
          }
        ],
        "internalType": "struct IProviderRegistry.Network",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "pauseService",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "pendingCourt",
    "outputs": [
      {
        "internalType": "address",
        "name": "proposed",
        "type": "address"
      },
      {
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "pendingEscrow",
    "outputs": [
      {
        "internalType": "address",
        "name": "proposed",
        "type": "address"
      },
      {
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "pendingSuccessor",
    "outputs": [
      {
        "internalType": "address",
        "name": "proposed",
        "type": "address"
      },
      {
        "internalType": "uint48",
        "name": "effectiveAt",
        "type": "uint48"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "newCourt",
        "type": "address"
      }
    ],
    "name": "proposeCourt",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "newEscrow",
        "type": "address"
      }
    ],
    "name": "proposeEscrow",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "newRegistry",
        "type": "address"
      }
    ],
    "name": "proposeSuccessor",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      }
    ],
    "name": "providerOf",
    "outputs": [
      {
        "components": [
          {
            "internalType": "address",
            "name": "signer",
            "type": "address"
          },
          {
            "internalType": "uint48",
            "name": "jailedUntil",
            "type": "uint48"
          },
          {
            "internalType": "uint32",
            "name": "services",
            "type": "uint32"
          },
          {
            "internalType": "uint96",
            "name": "requiredStake",
            "type": "uint96"
          }
        ],
        "internalType": "struct IProviderRegistry.Provider",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "publicEndpointsOnly",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "signer",
        "type": "address"
      },
      {
        "internalType": "string",
        "name": "metadata",
        "type": "string"
      },
      {
        "internalType": "uint256",
        "name": "deadline",
        "type": "uint256"
      },
      {
        "internalType": "bytes",
        "name": "consent",
        "type": "bytes"
      }
    ],
    "name": "register",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "removeService",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "resumeService",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "retireNetwork",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "retiredCourt",
    "outputs": [
      {
        "internalType": "address",
        "name": "retired",
        "type": "address"
      },
      {
        "internalType": "uint48",
        "name": "until",
        "type": "uint48"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "signer",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "deadline",
        "type": "uint256"
      },
      {
        "internalType": "bytes",
        "name": "consent",
        "type": "bytes"
      }
    ],
    "name": "rotateSigner",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "serviceOf",
    "outputs": [
      {
        "components": [
          {
            "internalType": "uint32",
            "name": "id",
            "type": "uint32"
          },
          {
            "internalType": "uint32",
            "name": "capabilities",
            "type": "uint32"
          },
          {
            "internalType": "enum IProviderRegistry.ServiceStatus",
            "name": "status",
            "type": "uint8"
          },
          {
            "internalType": "uint96",
            "name": "minStake",
            "type": "uint96"
          }
        ],
        "internalType": "struct IProviderRegistry.Service",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "newAuthority",
        "type": "address"
      }
    ],
    "name": "setAuthority",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "metadata",
        "type": "string"
      }
    ],
    "name": "setMetadata",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "signer",
        "type": "address"
      }
    ],
    "name": "signerOwner",
    "outputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "slaOf",
    "outputs": [
      {
        "components": [
          {
            "internalType": "uint16",
            "name": "minAvailabilityBps",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "maxP95LatencyMs",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "maxP95BlockLag",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "maxMismatches",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "minSamples",
            "type": "uint16"
          }
        ],
        "internalType": "struct IProviderRegistry.Sla",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "successor",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      }
    ],
    "name": "syncService",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "uint96",
            "name": "minStake",
            "type": "uint96"
          },
          {
            "components": [
              {
                "internalType": "uint16",
                "name": "minAvailabilityBps",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95LatencyMs",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxP95BlockLag",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "maxMismatches",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "minSamples",
                "type": "uint16"
              }
            ],
            "internalType": "struct IProviderRegistry.Sla",
            "name": "sla",
            "type": "tuple"
          }
        ],
        "internalType": "struct IProviderRegistry.NetworkParams",
        "name": "params",
        "type": "tuple"
      }
    ],
    "name": "updateNetwork",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "internalType": "string",
        "name": "url",
        "type": "string"
      },
      {
        "internalType": "uint32",
        "name": "capabilities",
        "type": "uint32"
      }
    ],
    "name": "updateService",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "vault",
    "outputs": [
      {
        "internalType": "contract IStakeVault",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  }
] as const;
