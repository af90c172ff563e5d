# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Ends a generalized guest: removes what the connection needed until now and the traces of this role, and powers off.
#
# All of this is one script, because without the host keys of OpenSSH or the certificate of WinRM there is no next connection. The power-off
# is planned first and called off if anything fails, so that a guest which powers off has nothing left, and one that has can be reached.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][string]$Folder,
    [Parameter(Mandatory)][string]$Traces,
    [object[]]$Rows = @(),
    [string]$AccountSid = '',
    [int]$Seconds = 15
)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $true
$task = 'goldenimage-remove-account'
$folderPath = [Environment]::ExpandEnvironmentVariables($Folder)

# No one can remove the profile of an account that is signed in, and this one is: the task scheduler does it as the system, once the
# sessions have ended, and powers off. If it cannot, the guest stays on.
$removal = @"
`$ErrorActionPreference = 'Stop'
`$filter = "SID = '$AccountSid'"
`$end = [DateTime]::UtcNow.AddSeconds(300)
do {
    Start-Sleep -Seconds 2
    `$userProfile = Get-CimInstance -ClassName Win32_UserProfile -Filter `$filter
} while (`$userProfile.Loaded -and [DateTime]::UtcNow -lt `$end)
if (`$userProfile) { Remove-CimInstance -InputObject `$userProfile }
Remove-LocalUser -SID '$AccountSid'
(Get-Item -LiteralPath '$($folderPath.Replace("'", "''"))').Delete(`$true)
Unregister-ScheduledTask -TaskName '$task' -Confirm:`$false
shutdown.exe /s /t 0 /d p:2:4
"@

function Start-AccountRemoval {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($removal))
    $shell = Join-Path -Path $env:SystemRoot -ChildPath 'System32\WindowsPowerShell\v1.0\powershell.exe'
    $action = New-ScheduledTaskAction -Execute $shell -Argument "-NoLogo -NoProfile -NonInteractive -EncodedCommand $encoded"
    $system = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $null = Register-ScheduledTask -TaskName $task -Action $action -Principal $system -Force
    Start-ScheduledTask -TaskName $task
}

function Start-Shutdown {
    $null = shutdown.exe /s /t $Seconds /d p:2:4
    if ($LASTEXITCODE -ne 0) { throw "The guest does not power off: shutdown.exe returned $LASTEXITCODE." }
}

if (-not $PSCmdlet.ShouldProcess($env:ComputerName, 'power off')) { return }
if (-not $AccountSid) { Start-Shutdown }
try {
    & ([scriptblock]::Create($Traces)) -Rows $Rows -Remove
    $result = $Ansible.Result
    $failed = ($result.failed.Keys | ForEach-Object { "$_ ($($result.failed[$_]))" }) -join '; '
    if ($failed) { throw "The guest stays on, because this could not be removed: $failed" }
    if ($AccountSid) { Start-AccountRemoval } else { (Get-Item -LiteralPath $folderPath).Delete($true) }
} catch {
    $reason = $_
    # Otherwise a text of the program on standard error would end the script here, and hide the reason.
    $ErrorActionPreference = 'Continue'
    if (-not $AccountSid) { $null = shutdown.exe /a }
    throw $reason
}
$Ansible.Changed = $true
