# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts Sysprep as the administrator who runs this, in a process that outlives the connection, and keeps what a later reading needs.
#
# WinRM and OpenSSH end the processes of a session with it, so a process of WMI starts Sysprep and waits for it. sysprep.exe is a program
# with a window: only who has waited for it knows its exit code. The code of that process is part of its command line, so that no file can
# be exchanged before it starts, and no execution policy forbids it.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][string]$Folder,
    [Parameter(Mandatory)][string[]]$Arguments
)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false

# The name of the account is localized, its SID is not.
if ("$(whoami.exe /user /fo csv /nh)" -match '"S-1-5-18"') {
    throw 'Microsoft does not support Sysprep as LocalSystem: connect as a local administrator.'
}
$folderPath = [Environment]::ExpandEnvironmentVariables($Folder)
$sysprep = Join-Path -Path $env:SystemRoot -ChildPath 'System32\Sysprep'
$program = Join-Path -Path $sysprep -ChildPath 'sysprep.exe'
if (-not (Test-Path -LiteralPath $program)) { throw "There is no $program." }
if (Get-Process | Where-Object { $_.ProcessName -eq 'sysprep' }) { throw 'Sysprep runs already, and was not started by this role.' }

# The values become part of a script in single quotes.
function ConvertTo-Quoted {
    param([string[]]$Value)
    ($Value | ForEach-Object { "'" + $_.Replace("'", "''") + "'" }) -join ', '
}

# exit_code appears in one piece: who reads it never sees half of it. Asking for the handle is what keeps the exit code of a process.
$wrapper = @"
`$ErrorActionPreference = 'Stop'
`$part = Join-Path $(ConvertTo-Quoted $folderPath) 'exit_code.part'
try {
    `$process = Start-Process -FilePath $(ConvertTo-Quoted $program) -ArgumentList $(ConvertTo-Quoted $Arguments) -PassThru
    `$null = `$process.Handle
    `$process.WaitForExit()
    Set-Content -LiteralPath `$part -Value `$process.ExitCode -Encoding Ascii
} catch {
    Set-Content -LiteralPath `$part -Value "`$_" -Encoding Ascii
}
Rename-Item -LiteralPath `$part -NewName 'exit_code'
"@

if ($PSCmdlet.ShouldProcess($program, 'start')) {
    $Ansible.Changed = $true
    # An old tag would witness a success that was not this one.
    $tag = Join-Path -Path $sysprep -ChildPath 'Sysprep_succeeded.tag'
    if (Test-Path -LiteralPath $tag) { Remove-Item -LiteralPath $tag -Force }
    if (Test-Path -LiteralPath $folderPath) { (Get-Item -LiteralPath $folderPath).Delete($true) }
    $null = New-Item -Path $folderPath -ItemType Directory
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($wrapper))
    $shell = Join-Path -Path $env:SystemRoot -ChildPath 'System32\WindowsPowerShell\v1.0\powershell.exe'
    $command = "`"$shell`" -NoLogo -NoProfile -NonInteractive -EncodedCommand $encoded"
    $started = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
    $record = Join-Path -Path $folderPath -ChildPath 'started.json'
    # Written first: if the connection is lost now, the next run finds this one.
    @{ started = $started; pid = $null } | ConvertTo-Json | Set-Content -LiteralPath $record -Encoding Ascii
    $created = Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{ CommandLine = $command }
    if ($created.ReturnValue -ne 0) {
        (Get-Item -LiteralPath $folderPath).Delete($true)
        throw "Windows did not start Sysprep: Win32_Process.Create returned $($created.ReturnValue)."
    }
    @{ started = $started; pid = $created.ProcessId } | ConvertTo-Json | Set-Content -LiteralPath $record -Encoding Ascii
    $Ansible.Result = @{ started = $started; pid = $created.ProcessId }
}
