import { join } from 'node:path';
import { NGINX_MODULES, requireFile } from './programs.ts';

const CONNECTIONS = 4_096;
/** To thousands of services, some each. nginx sets memory aside for all of them. */
const CONNECTIONS_EVERYWHERE = 32_768;
/** Kept open for as long as a run takes. */
const KEEP = 'keepalive_requests 1000000000;';

export interface NodePlan {
  readonly directory: string;
  readonly port: number;
  /** A quantity: chain id, head and balance alike. */
  readonly answer: string;
  /** On every loopback address. */
  readonly isEverywhere?: boolean;
}

/**
 * The fake node: one fixed result, with the id of each call, so that clients that check it are content. A batch is
 * answered as one.
 */
export function nodeConfig({ directory, port, answer, isEverywhere = false }: NodePlan): string {
  const connections = isEverywhere ? CONNECTIONS_EVERYWHERE : CONNECTIONS;
  const modules = NGINX_MODULES.map((path) => `load_module ${requireFile(path)};\n`).join('');
  return (
    modules +
    config(
      directory,
      `server {
    listen ${isEverywhere ? '' : '127.0.0.1:'}${port} backlog=${connections};
    allow 127.0.0.0/8;
    deny all;
    ${KEEP}
    location / {
      default_type application/json;
      content_by_lua_block {
        ngx.req.read_body()
        local body = ngx.req.get_body_data()
        local answers = {}
        for id in body:gmatch('"id":(%d+)') do
          answers[#answers + 1] = '{"jsonrpc":"2.0","id":' .. id .. ',"result":"${answer}"}'
        end
        local text = table.concat(answers, ',')
        if body:byte(1) == 91 then text = '[' .. text .. ']' end
        ngx.header.content_length = #text
        ngx.print(text)
      }
    }
  }`,
      connections,
    )
  );
}

export function proxyConfig(directory: string, port: number, nodePort: number): string {
  return config(
    directory,
    `upstream node { server 127.0.0.1:${nodePort}; keepalive 256; ${KEEP} }
  server {
    listen 127.0.0.1:${port};
    ${KEEP}
    location / { proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`,
  );
}

function config(directory: string, servers: string, connections = CONNECTIONS): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(directory, name)};`,
  );
  return `daemon off;
worker_processes 1;
pid ${join(directory, 'nginx.pid')};
error_log stderr crit;
worker_rlimit_nofile ${connections};
events { worker_connections ${connections}; }
http {
  access_log off;
  ${paths.join(' ')}
  ${servers}
}
`;
}
