-- Neovim without a screen: diagnostics, hover and completion arrive. Ends with status 1 where they do not.
local function check(name, holds)
  if not holds then
    io.stderr:write("neovim: " .. name .. " did not arrive\n")
    vim.cmd("cquit 1")
  end
end

local path = vim.fn.tempname() .. ".ad"
vim.fn.writefile({ "w = 3", "L = 0.5*(1 - 2w)^2", "M = w^2" }, path)
vim.cmd("edit " .. path)
local buffer = vim.api.nvim_get_current_buf()
local client = vim.lsp.start_client({ name = "wengert", cmd = { vim.env.WENGERT, "lsp" }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(buffer, client)
check("a diagnostic", vim.wait(20000, function() return #vim.diagnostic.get(buffer) > 0 end, 50))
check("its place", vim.diagnostic.get(buffer)[1].lnum == 1)

vim.api.nvim_buf_set_lines(buffer, 1, 2, false, { "L = 0.5*(1 - 2*w)^2" })
check("the mending", vim.wait(20000, function() return #vim.diagnostic.get(buffer) == 0 end, 50))

local function ask(method, line, character)
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = line, character = character } }
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end
local hover = ask("textDocument/hover", 1, 0)
check("a value", hover and hover.contents.value:find("12.5", 1, true))
local completion = ask("textDocument/completion", 2, 5)
check("a completion", completion and #completion.items > 0)
print("neovim: diagnostics, hover and completion arrive\n")
vim.cmd("qall!")
