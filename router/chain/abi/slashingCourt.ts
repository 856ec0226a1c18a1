// Generated from contracts/SlashingCourt.sol by `npm run abi`. Do not edit.
export const slashingCourtAbi = [
  {
    "inputs": [
      {
        "internalType": "contract IWatcherHub",
        "name": "hub_",
        "type": "address"
      },
      {
        "internalType": "contract IProviderRegistry",
        "name": "registry_",
        "type": "address"
      },
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
        "components": [
          {
            "internalType": "uint48",
            "name": "evidenceSeconds",
            "type": "uint48"
          },
          {
            "internalType": "uint48",
            "name": "vetoSeconds",
            "type": "uint48"
          },
          {
            "internalType": "uint48",
            "name": "appealSeconds",
            "type": "uint48"
          },
          {
            "internalType": "uint48",
            "name": "repeatSeconds",
            "type": "uint48"
          }
        ],
        "internalType": "struct ISlashingCourt.Windows",
        "name": "windows_",
        "type": "tuple"
      },
      {
        "internalType": "uint96",
        "name": "appealBond_",
        "type": "uint96"
      },
      {
        "components": [
          {
            "internalType": "uint16",
            "name": "firstBps",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "repeatBps",
            "type": "uint16"
          },
          {
            "internalType": "uint32",
            "name": "jailSeconds",
            "type": "uint32"
          }
        ],
        "internalType": "struct ISlashingCourt.Penalty[6]",
        "name": "penalties",
        "type": "tuple[6]"
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
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "address",
        "name": "watcher",
        "type": "address"
      }
    ],
    "name": "AlreadyCharged",
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
    "name": "AlreadyCondemned",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "epoch",
        "type": "uint64"
      },
      {
        "internalType": "uint48",
        "name": "courtSince",
        "type": "uint48"
      }
    ],
    "name": "BeforeThisCourt",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      }
    ],
    "name": "CaseExists",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "enum ISlashingCourt.CaseState",
        "name": "state",
        "type": "uint8"
      }
    ],
    "name": "CaseNotAppealed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "enum ISlashingCourt.CaseState",
        "name": "state",
        "type": "uint8"
      }
    ],
    "name": "CaseNotOpen",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "enum ISlashingCourt.CaseState",
        "name": "state",
        "type": "uint8"
      }
    ],
    "name": "CaseNotOverturned",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "uint48",
        "name": "executableAt",
        "type": "uint48"
      }
    ],
    "name": "DecisionTooLate",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ECDSAInvalidSignature",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "ECDSAInvalidSignatureLength",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "ECDSAInvalidSignatureS",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "epoch",
        "type": "uint64"
      },
      {
        "internalType": "uint48",
        "name": "expiredAt",
        "type": "uint48"
      }
    ],
    "name": "EvidenceExpired",
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
    "inputs": [
      {
        "internalType": "uint256",
        "name": "tally",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "totalWeight",
        "type": "uint256"
      }
    ],
    "name": "NoQuorum",
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
    "name": "NotAboutThisChain",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "address",
        "name": "watcher",
        "type": "address"
      }
    ],
    "name": "NotAttested",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NotEquivocation",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NotFinalized",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NotInOffice",
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
        "internalType": "address",
        "name": "provider",
        "type": "address"
      }
    ],
    "name": "NotProvider",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      }
    ],
    "name": "NotSubjective",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "height",
        "type": "uint64"
      },
      {
        "internalType": "bytes32",
        "name": "trueHash",
        "type": "bytes32"
      }
    ],
    "name": "NothingDisproven",
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
    "name": "NothingToSlash",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      },
      {
        "internalType": "uint16",
        "name": "bps",
        "type": "uint16"
      },
      {
        "internalType": "uint16",
        "name": "capBps",
        "type": "uint16"
      }
    ],
    "name": "PenaltyAboveCap",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "uint48",
        "name": "executableAt",
        "type": "uint48"
      }
    ],
    "name": "TooEarly",
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
    "name": "UnknownSigner",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "uint48",
        "name": "closedAt",
        "type": "uint48"
      }
    ],
    "name": "VetoWindowClosed",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "bond",
        "type": "uint96"
      }
    ],
    "name": "AppealRejected",
    "type": "event"
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
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "reporter",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint64",
        "name": "height",
        "type": "uint64"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "statedHash",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "trueHash",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "reporterAmount",
        "type": "uint256"
      }
    ],
    "name": "BlockHashDisproven",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "bond",
        "type": "uint96"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "executableAt",
        "type": "uint48"
      }
    ],
    "name": "CaseAppealed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "amount",
        "type": "uint96"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "jailedUntil",
        "type": "uint48"
      }
    ],
    "name": "CaseExecuted",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
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
        "indexed": false,
        "internalType": "uint64",
        "name": "epoch",
        "type": "uint64"
      },
      {
        "indexed": false,
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "amount",
        "type": "uint96"
      },
      {
        "indexed": false,
        "internalType": "uint16",
        "name": "bps",
        "type": "uint16"
      },
      {
        "indexed": false,
        "internalType": "uint48",
        "name": "executableAt",
        "type": "uint48"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "jailSeconds",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "address",
        "name": "opener",
        "type": "address"
      }
    ],
    "name": "CaseOpened",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "amount",
        "type": "uint96"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "bond",
        "type": "uint96"
      }
    ],
    "name": "CaseOverturned",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint96",
        "name": "amount",
        "type": "uint96"
      }
    ],
    "name": "CaseVetoed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "reporter",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint64",
        "name": "height",
        "type": "uint64"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "blockHashA",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "blockHashB",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "reporterAmount",
        "type": "uint256"
      }
    ],
    "name": "EquivocationProven",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      },
      {
        "components": [
          {
            "internalType": "uint16",
            "name": "firstBps",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "repeatBps",
            "type": "uint16"
          },
          {
            "internalType": "uint32",
            "name": "jailSeconds",
            "type": "uint32"
          }
        ],
        "indexed": false,
        "internalType": "struct ISlashingCourt.Penalty",
        "name": "penalty",
        "type": "tuple"
      }
    ],
    "name": "PenaltySet",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "watcher",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "WatcherCharged",
    "type": "event"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "uint64",
            "name": "epoch",
            "type": "uint64"
          },
          {
            "internalType": "address",
            "name": "provider",
            "type": "address"
          },
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "enum Offence",
            "name": "offence",
            "type": "uint8"
          }
        ],
        "internalType": "struct ISlashingCourt.CaseKey",
        "name": "key",
        "type": "tuple"
      }
    ],
    "name": "appeal",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "appealBond",
    "outputs": [
      {
        "internalType": "uint96",
        "name": "",
        "type": "uint96"
      }
    ],
    "stateMutability": "view",
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
    "inputs": [
      {
        "internalType": "uint64",
        "name": "epoch",
        "type": "uint64"
      },
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      }
    ],
    "name": "caseIdOf",
    "outputs": [
      {
        "internalType": "CaseId",
        "name": "",
        "type": "bytes32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      }
    ],
    "name": "caseOf",
    "outputs": [
      {
        "components": [
          {
            "internalType": "uint96",
            "name": "amount",
            "type": "uint96"
          },
          {
            "internalType": "uint48",
            "name": "executableAt",
            "type": "uint48"
          },
          {
            "internalType": "uint32",
            "name": "jailSeconds",
            "type": "uint32"
          },
          {
            "internalType": "enum ISlashingCourt.CaseState",
            "name": "state",
            "type": "uint8"
          }
        ],
        "internalType": "struct ISlashingCourt.Case",
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
        "components": [
          {
            "internalType": "uint64",
            "name": "epoch",
            "type": "uint64"
          },
          {
            "internalType": "address",
            "name": "provider",
            "type": "address"
          },
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "enum Offence",
            "name": "offence",
            "type": "uint8"
          }
        ],
        "internalType": "struct ISlashingCourt.CaseKey",
        "name": "key",
        "type": "tuple"
      },
      {
        "internalType": "address",
        "name": "watcher",
        "type": "address"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "salt",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32[]",
            "name": "chunkHashes",
            "type": "bytes32[]"
          },
          {
            "internalType": "uint16",
            "name": "chunk",
            "type": "uint16"
          },
          {
            "internalType": "bytes32",
            "name": "measurementsHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "provider",
                "type": "address"
              },
              {
                "internalType": "NetworkId",
                "name": "network",
                "type": "bytes32"
              },
              {
                "internalType": "enum Offence",
                "name": "offence",
                "type": "uint8"
              },
              {
                "internalType": "uint16",
                "name": "samples",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "successes",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "p95LatencyMs",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "p95BlockLag",
                "type": "uint16"
              },
              {
                "internalType": "uint16",
                "name": "mismatches",
                "type": "uint16"
              }
            ],
            "internalType": "struct IWatcherHub.Breach[]",
            "name": "breaches",
            "type": "tuple[]"
          }
        ],
        "internalType": "struct IWatcherHub.AttestationProof",
        "name": "proof",
        "type": "tuple"
      }
    ],
    "name": "chargeWatcher",
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
    "name": "countedBps",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "uint64",
            "name": "epoch",
            "type": "uint64"
          },
          {
            "internalType": "address",
            "name": "provider",
            "type": "address"
          },
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "enum Offence",
            "name": "offence",
            "type": "uint8"
          }
        ],
        "internalType": "struct ISlashingCourt.CaseKey",
        "name": "key",
        "type": "tuple"
      }
    ],
    "name": "execute",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "hub",
    "outputs": [
      {
        "internalType": "contract IWatcherHub",
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
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      },
      {
        "internalType": "address",
        "name": "watcher",
        "type": "address"
      }
    ],
    "name": "isCharged",
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
        "internalType": "uint64",
        "name": "epoch",
        "type": "uint64"
      },
      {
        "internalType": "address",
        "name": "provider",
        "type": "address"
      },
      {
        "internalType": "NetworkId",
        "name": "network",
        "type": "bytes32"
      },
      {
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      }
    ],
    "name": "openCase",
    "outputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      }
    ],
    "name": "penaltyOf",
    "outputs": [
      {
        "components": [
          {
            "internalType": "uint16",
            "name": "firstBps",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "repeatBps",
            "type": "uint16"
          },
          {
            "internalType": "uint32",
            "name": "jailSeconds",
            "type": "uint32"
          }
        ],
        "internalType": "struct ISlashingCourt.Penalty",
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
        "components": [
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "uint64",
            "name": "height",
            "type": "uint64"
          },
          {
            "internalType": "bytes32",
            "name": "blockHash",
            "type": "bytes32"
          },
          {
            "internalType": "bool",
            "name": "finalized",
            "type": "bool"
          }
        ],
        "internalType": "struct ISlashingCourt.Statement",
        "name": "statement",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signature",
        "type": "bytes"
      }
    ],
    "name": "proveBlockHash",
    "outputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "uint64",
            "name": "height",
            "type": "uint64"
          },
          {
            "internalType": "bytes32",
            "name": "blockHash",
            "type": "bytes32"
          },
          {
            "internalType": "bool",
            "name": "finalized",
            "type": "bool"
          }
        ],
        "internalType": "struct ISlashingCourt.Statement",
        "name": "a",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signatureA",
        "type": "bytes"
      },
      {
        "components": [
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "uint64",
            "name": "height",
            "type": "uint64"
          },
          {
            "internalType": "bytes32",
            "name": "blockHash",
            "type": "bytes32"
          },
          {
            "internalType": "bool",
            "name": "finalized",
            "type": "bool"
          }
        ],
        "internalType": "struct ISlashingCourt.Statement",
        "name": "b",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signatureB",
        "type": "bytes"
      }
    ],
    "name": "proveEquivocation",
    "outputs": [
      {
        "internalType": "CaseId",
        "name": "caseId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "registry",
    "outputs": [
      {
        "internalType": "contract IProviderRegistry",
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
        "components": [
          {
            "internalType": "uint64",
            "name": "epoch",
            "type": "uint64"
          },
          {
            "internalType": "address",
            "name": "provider",
            "type": "address"
          },
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "enum Offence",
            "name": "offence",
            "type": "uint8"
          }
        ],
        "internalType": "struct ISlashingCourt.CaseKey",
        "name": "key",
        "type": "tuple"
      },
      {
        "internalType": "bool",
        "name": "upheld",
        "type": "bool"
      }
    ],
    "name": "resolveAppeal",
    "outputs": [],
    "stateMutability": "nonpayable",
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
        "internalType": "enum Offence",
        "name": "offence",
        "type": "uint8"
      },
      {
        "components": [
          {
            "internalType": "uint16",
            "name": "firstBps",
            "type": "uint16"
          },
          {
            "internalType": "uint16",
            "name": "repeatBps",
            "type": "uint16"
          },
          {
            "internalType": "uint32",
            "name": "jailSeconds",
            "type": "uint32"
          }
        ],
        "internalType": "struct ISlashingCourt.Penalty",
        "name": "penalty",
        "type": "tuple"
      }
    ],
    "name": "setPenalty",
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
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "uint64",
            "name": "epoch",
            "type": "uint64"
          },
          {
            "internalType": "address",
            "name": "provider",
            "type": "address"
          },
          {
            "internalType": "NetworkId",
            "name": "network",
            "type": "bytes32"
          },
          {
            "internalType": "enum Offence",
            "name": "offence",
            "type": "uint8"
          }
        ],
        "internalType": "struct ISlashingCourt.CaseKey",
        "name": "key",
        "type": "tuple"
      }
    ],
    "name": "veto",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "windows",
    "outputs": [
      {
        "components": [
          {
            "internalType": "uint48",
            "name": "evidenceSeconds",
            "type": "uint48"
          },
          {
            "internalType": "uint48",
            "name": "vetoSeconds",
            "type": "uint48"
          },
          {
            "internalType": "uint48",
            "name": "appealSeconds",
            "type": "uint48"
          },
          {
            "internalType": "uint48",
            "name": "repeatSeconds",
            "type": "uint48"
          }
        ],
        "internalType": "struct ISlashingCourt.Windows",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  }
] as const;
