# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Processes that WMI creates: rows {command_line, pid} of the list "launched" in the section "run". The number under Win32_Process.Create in
# "commands" is that of a refusal: 2 access denied, 3 insufficient privilege, 8 unknown, 9 path not found.

# https://learn.microsoft.com/windows/win32/cimwin32prov/create-method-in-class-win32-process [D]
function Invoke-Win32_Process.Create {
    [CmdletBinding()] param($Arguments, $Instance)
    $guest = Read-GuestTable
    $refused = (Get-GuestPart $guest 'commands')['Win32_Process.Create']
    if ($refused) { return [pscustomobject]@{ ReturnValue = [uint32]$refused; ProcessId = $null } }
    $run = Get-GuestPart $guest 'run'
    $launched = @((Get-GuestPart $run 'launched' @()) | Where-Object { $_ })
    $id = 4000 + 4 * $launched.Count
    $run['launched'] = $launched + @{ command_line = $Arguments.CommandLine; pid = $id }
    Write-SimulatedGuest $guest
    [pscustomobject]@{ ReturnValue = [uint32]0; ProcessId = [uint32]$id }
}
